"""Train the network on spectrogram archives or folders of audio; GTZAN is left out by itself."""

import csv
import json
from argparse import ArgumentParser
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recommender.engine import saving
from recommender.engine.datasets import DataError, Wanted, normal_genre, read
from recommender.engine.training import Config, train


class Command(BaseCommand):
    help = "Train the genre network; writes weights, model card, configuration and metrics."

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = Config()
        parser.add_argument("--data", type=Path, required=True, help="archives or folders of audio")
        parser.add_argument("--out", type=Path, help="default: runs/<time> in the data folder")
        parser.add_argument("--name", default="genre-cnn")
        parser.add_argument("--steps", type=int, default=default.steps, help="a network")
        parser.add_argument("--members", type=int, default=default.shape.members)
        parser.add_argument("--seed", type=int, default=default.seed)
        parser.add_argument(
            "--background", default=",".join(default.background),
            help="genres, with commas, that get uniform labels (default: %(default)s)",
        )  # fmt: skip
        parser.add_argument("--artists", type=Path, help="CSV with columns file and artist")
        parser.add_argument("--note", action="append", default=[], help="for the model card")

    def handle(self, *args: Any, **options: Any) -> None:
        config = self._config(options)
        out = options["out"] or self._run_folder()
        try:
            found = read(options["data"], Wanted(artists=self._artists(options["artists"])))
            for name, reason in found.skipped:
                self.stderr.write(f"left out: {name}: {reason}")
            with tqdm(total=config.steps * config.shape.members, unit="step") as bar:
                trained = train(found.clips, config, lambda step, loss: self._tick(bar, loss))
        except (DataError, ValueError) as error:
            raise CommandError(str(error)) from None
        card = saving.save(trained, out, options["name"], options["note"])
        self._write(out / "config.json", asdict(config) | {"data": str(options["data"])})
        self._write(out / "metrics.json", trained.summary())
        shifted = trained.shifted
        self.stdout.write(
            f"validation: {trained.validation.accuracy:.3f} of {trained.validation.n} clips; "
            f"equalised: {shifted.accuracy:.3f} of {shifted.n}\n"
            f"model {card['version'][:12]} in {out}"
        )

    def _config(self, options: dict[str, Any]) -> Config:
        if options["steps"] < 1 or not 1 <= options["members"] <= 5:
            raise CommandError("--steps must be at least 1, --members 1 to 5.")
        return replace(
            Config(),
            seed=options["seed"],
            steps=options["steps"],
            background=tuple(
                normal_genre(g) for g in options["background"].split(",") if g.strip()
            ),
            shape=replace(Config().shape, members=options["members"]),
        )

    def _run_folder(self) -> Path:
        return Path(settings.DATA_DIR) / "runs" / datetime.now().strftime("%Y%m%d-%H%M%S")

    def _artists(self, path: Path | None) -> dict[str, str]:
        if path is None:
            return {}
        try:
            with path.open(encoding="utf-8", newline="") as file:
                return {Path(row["file"]).stem: row["artist"] for row in csv.DictReader(file)}
        except (OSError, KeyError, UnicodeDecodeError) as error:
            raise CommandError(
                f"{path} must be a CSV with columns file and artist: {error}"
            ) from None

    def _tick(self, bar: "tqdm[Any]", loss: float) -> None:
        bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
        bar.update()

    def _write(self, path: Path, content: dict[str, Any]) -> None:
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

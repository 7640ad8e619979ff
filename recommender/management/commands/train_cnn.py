"""Train the network on spectrogram archives or folders of audio; GTZAN is left out by itself."""

import csv
import json
import os
from argparse import ArgumentParser
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recommender.engine import saving
from recommender.engine.cnn import GenreClassifier, ModelError
from recommender.engine.datasets import DataError, Found, Wanted, is_gtzan
from recommender.engine.training import Config, Trained, train
from recommender.management.reading import genres_of, read_data


class Command(BaseCommand):
    help = "Train the genre network; writes weights, model card, configuration, metrics, curves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = Config()
        parser.add_argument(
            "--data", type=Path, required=True, action="append",
            help="archives or folders of audio; may be given several times",
        )  # fmt: skip
        parser.add_argument("--out", type=Path, help="default: runs/<time> in the data folder")
        parser.add_argument("--name", default="genre-cnn")
        parser.add_argument("--genres", default="", help="with commas; default: all there are")
        parser.add_argument("--subset", help="of FMA: small, medium or large")
        parser.add_argument("--steps", type=int, default=default.steps, help="a network")
        parser.add_argument("--members", type=int, default=default.shape.members)
        parser.add_argument("--seed", type=int, default=default.seed)
        parser.add_argument(
            "--background", default="", help="genres, with commas, that get uniform labels"
        )
        parser.add_argument(
            "--teacher", type=Path,
            help="a model's folder, trained on the same data and seed, whose answers are learned",
        )  # fmt: skip
        parser.add_argument("--artists", type=Path, help="CSV with columns file and artist")
        parser.add_argument("--note", action="append", default=[], help="for the model card")

    def handle(self, *args: Any, **options: Any) -> None:
        # Twice as fast; serving, which must round alike everywhere, leaves it off.
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
        config = self._config(options)
        out = self._folder(options["out"])
        try:
            teacher = self._teacher(options["teacher"])
            found = self._read(options, config)
            total = config.steps * config.shape.members
            with tqdm(total=total, unit="step", disable=None) as bar:
                trained = train(
                    found.clips, config, lambda step, loss: self._tick(bar, loss), teacher
                )
        except (DataError, ModelError, ValueError) as error:
            raise CommandError(str(error)) from None
        card = saving.save(trained, out, options["name"], options["note"])
        self._write(out, trained, [str(path) for path in self._paths(options)])
        shifted = trained.shifted
        self.stdout.write(
            f"validation: {trained.validation.accuracy:.3f} of {trained.validation.n} clips; "
            f"equalised: {shifted.accuracy:.3f} of {shifted.n}\n"
            f"model {card['version'][:12]} in {out}"
        )

    def _config(self, options: dict[str, Any]) -> Config:
        if options["steps"] < 1 or not 1 <= options["members"] <= 5:
            raise CommandError("--steps must be at least 1, --members 1 to 5.")
        # Half the usual rate for a network that starts where its teacher ended.
        rate = Config().learning_rate / (2 if options["teacher"] else 1)
        return replace(
            Config(),
            learning_rate=rate,
            seed=options["seed"],
            genres=genres_of(options["genres"]),
            steps=options["steps"],
            background=genres_of(options["background"]),
            shape=replace(Config().shape, members=options["members"]),
        )

    def _teacher(self, folder: Path | None) -> GenreClassifier | None:
        """On Keras, which answers a whole batch at once."""
        return None if folder is None else GenreClassifier.load(folder, keras=True)

    def _folder(self, out: Path | None) -> Path:
        """Made before hours of work, so that a folder that can't be written is known by then."""
        now = datetime.now().strftime("%Y%m%d-%H%M%S")
        folder = out or Path(settings.DATA_DIR) / "runs" / now
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"{folder} cannot be made: {error.strerror}.") from None
        return folder

    def _paths(self, options: dict[str, Any]) -> list[Path]:
        data = options["data"]
        return data if isinstance(data, list) else [data]

    def _read(self, options: dict[str, Any], config: Config) -> Found:
        genres = genres_of(options["genres"])
        wanted = Wanted(
            genres=(*genres, *config.background) if genres else None,
            subset=options["subset"],
            artists=self._artists(options["artists"]),
        )
        all_ = Found()
        for path in self._paths(options):
            found = read_data(path, wanted)
            for what, pairs in (("left out", found.skipped), ("remarkable", found.remarks)):
                for name, reason in pairs:
                    self.stderr.write(f"{what}: {name}: {reason}")
            all_.clips += found.clips
        kept = sum(map(is_gtzan, all_.clips))
        if kept:
            self.stderr.write(f"left out: {kept} clips of GTZAN, which is for evaluation only")
        return all_

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

    def _write(self, out: Path, trained: Trained, data: list[str]) -> None:
        from recommender.engine.figures import confusion_png, curves_png, reliability_png

        contents = {
            "config.json": asdict(trained.config) | {"data": data},
            "metrics.json": trained.summary(),
        }
        for name, content in contents.items():
            (out / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        (out / "curves.png").write_bytes(curves_png(trained.curves))
        (out / "confusion.png").write_bytes(confusion_png(trained.validation))
        (out / "reliability.png").write_bytes(reliability_png(trained.validation))

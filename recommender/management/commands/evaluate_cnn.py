"""Score the network on clips of known genre."""

import json
from argparse import ArgumentParser
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recommender.engine import saving
from recommender.engine.cnn import GenreClassifier, ModelError
from recommender.engine.datasets import Clip, DataError, Found, Wanted
from recommender.engine.evaluation import Evaluation, evaluate
from recommender.management.reading import read_data


class Command(BaseCommand):
    help = (
        "Accuracy with interval, recall, precision, confusion, calibration of the genre "
        "network on spectrogram archives, audio named <genre>.NNNNN.wav, or one folder a genre."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, required=True)
        parser.add_argument("--model", type=Path, help="a model folder; default: the shipped model")
        parser.add_argument("--only", default="*", help='pattern of names, such as "gtzan_*"')
        parser.add_argument("--subset", help="of FMA: small, medium or large")
        parser.add_argument("--json", type=Path, help="write all figures to this file")
        parser.add_argument("--pictures", type=Path, help="a folder for confusion and reliability")
        parser.add_argument("--record", help="add the figures to the model's card under this name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            classifier = GenreClassifier.load(options["model"])
            wanted = Wanted(options["only"], classifier.genres, options["subset"])
            found = read_data(options["data"], wanted)
            bar = tqdm(found.clips, unit="clip", disable=None)
            rows = [classifier.predict_features(clip.grids).probabilities for clip in bar]
        except (DataError, ModelError) as error:
            raise CommandError(str(error)) from None
        result = self._evaluate(found.clips, rows, classifier.genres)
        sources = self._by_source(found.clips, rows, classifier)
        self._print(result, sources, found)
        report = asdict(result) | {
            "sources": sources,
            "skipped": [{"name": name, "reason": reason} for name, reason in found.skipped],
            "remarks": [{"name": name, "reason": reason} for name, reason in found.remarks],
            "model": {"name": classifier.card["name"], "version": classifier.version},
        }
        if options["json"]:
            self._write(options["json"], report)
        if options["pictures"]:
            self._draw(options["pictures"], result)
        if options["record"]:
            saving.record(classifier.directory, options["record"], report)

    def _evaluate(self, clips: list[Clip], rows: list[Any], genres: tuple[str, ...]) -> Evaluation:
        return evaluate([clip.name for clip in clips], [clip.genre for clip in clips], rows, genres)

    def _by_source(
        self, clips: list[Clip], rows: list[Any], classifier: GenreClassifier
    ) -> dict[str, dict[str, Any]]:
        parts: dict[str, list[int]] = defaultdict(list)
        for i, clip in enumerate(clips):
            parts[clip.source].append(i)
        trained_on = classifier.card.get("clips", {}).get("training", {})
        table = {}
        for source, at in parts.items():
            part = self._evaluate([clips[i] for i in at], [rows[i] for i in at], classifier.genres)
            table[source] = {
                "n": part.n,
                "accuracy": part.accuracy,
                "accuracy_ci": part.accuracy_ci,
                "trained_on": source in trained_on,
            }
        return table

    def _print(self, result: Evaluation, sources: dict[str, Any], found: Found) -> None:
        write = self.stdout.write
        low, high = result.accuracy_ci
        write(f"{result.n} clips: accuracy {result.accuracy:.3f} (95 % {low:.3f}–{high:.3f}),")
        expected = result.ece_if_calibrated
        low, high = expected.interval
        write(
            f"calibration error {result.ece:.3f} ({result.ece_bins} bins of equal width); "
            f"a perfectly calibrated model would show {expected.mean:.3f} "
            f"(95 % {low:.3f}–{high:.3f}) at this n"
        )
        self._print_genres(result)
        self._print_sources(sources)
        for miss in result.misclassified:
            write(f"wrong: {miss['name']} called {miss['predicted']} ({miss['probability']:.2f})")
        for what, pairs in (("left out", found.skipped), ("remarkable", found.remarks)):
            for name, reason in pairs:
                write(f"{what}: {name}: {reason}")

    def _print_genres(self, result: Evaluation) -> None:
        write = self.stdout.write
        width = max(len(genre) for genre in result.genres)
        head = f"{'recall (95 %), n':26}  {'precision (95 %), n':26}"
        write(f"\n{'':{width}}  {head}  called {' / '.join(result.genres)}")
        for genre, row in zip(result.genres, result.confusion, strict=True):
            recall = share(result.recall[genre], result.recall_ci[genre], result.clips[genre])
            precision = share(
                result.precision[genre], result.precision_ci[genre], result.answers[genre]
            )
            write(f"{genre:{width}}  {recall:26}  {precision:26}  {' / '.join(map(str, row))}")
        write("")

    def _print_sources(self, sources: dict[str, Any]) -> None:
        for source, part in sources.items():
            seen = "  (trained on most of these clips)" if part["trained_on"] else ""
            self.stdout.write(f"{source}: {part['n']} clips, accuracy {part['accuracy']:.3f}{seen}")
        if any(part["trained_on"] for part in sources.values()):
            self.stderr.write("Training clips are included; leave their archives out with --only.")

    def _draw(self, folder: Path, result: Evaluation) -> None:
        from recommender.engine.figures import confusion_png, reliability_png

        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "confusion.png").write_bytes(confusion_png(result))
            (folder / "reliability.png").write_bytes(reliability_png(result))
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from None

    def _write(self, path: Path, report: dict[str, Any]) -> None:
        try:
            path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None


def share(value: float | None, interval: tuple[float, float] | None, n: int) -> str:
    """Such as "0.816 (0.686–0.900), 49"; a dash where nothing can be told."""
    if value is None or interval is None:
        return "–, 0"
    return f"{value:.3f} ({interval[0]:.3f}–{interval[1]:.3f}), {n}"

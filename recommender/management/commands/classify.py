"""Genre probabilities of audio files, as CSV."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recommender.engine.audio import AudioError, read_recording
from recommender.engine.cnn import GenreClassifier, ModelError
from recommender.engine.datasets import audio_files
from recommender.engine.faults import unforeseen
from recommender.spreadsheets import write_rows
from recommender.texts import readable


class Command(BaseCommand):
    requires_system_checks = ()  # pages and database, which have no part in it, cost a second
    help = (
        "Print path, genre and probabilities of audio files as CSV; folders are searched for audio."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--model", type=Path, help="a model folder; default: the shipped model")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            classifier = GenreClassifier.load(options["model"])
            classifier.network()
        except ModelError as error:
            raise CommandError(str(error)) from None
        write_rows(self.stdout, [["path", "genre", *classifier.genres]])
        done = 0
        for path in tqdm(list(self._files(options["paths"])), unit="file", disable=None):
            row = self._row(path, classifier)
            if row:
                write_rows(self.stdout, [row])
                done += 1
        if not done:
            self.stderr.write("Nothing could be classified.")
            sys.exit(1)

    def _files(self, paths: list[Path]) -> Iterator[Path]:
        for path in paths:
            if path.is_dir():
                yield from (file for file, _ in audio_files(path))
            else:
                yield path

    def _row(self, path: Path, classifier: GenreClassifier) -> list[str] | None:
        try:
            recording = read_recording(path)
            heard = classifier.predict(recording.samples, recording.sample_rate).probabilities
        except Exception as error:
            known = isinstance(error, AudioError | OSError)
            self.stderr.write(f"{readable(path)}: {error if known else unforeseen(error)}")
            return None
        return [
            readable(path),
            classifier.genres[int(heard.argmax())],
            *(f"{p:.6f}" for p in heard),
        ]

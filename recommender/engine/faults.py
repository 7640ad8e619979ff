"""Errors of ours that nobody foresaw, in one file: what is said of them, so that they can be told
to those who mend them."""

import traceback
from pathlib import Path

from recommender.engine.containers import AudioError


class Unforeseen(AudioError):
    """Hearing a file ended in an error of ours, and would again: the file is refused with it."""


def unforeseen(error: Exception) -> Unforeseen:
    """A refusal that names the error and its place in the code."""
    steps = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else ""
    said = f"{type(error).__name__}{place}: {error}".rstrip(": ")
    return Unforeseen(
        f"An error that nobody foresaw ended the work on this file ({said}). Please report it "
        "with these words. Another copy of the song, converted to WAV or MP3, may do."
    )

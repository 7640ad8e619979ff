"""How commands read data sets: with a progress bar, and spectrograms kept in the data folder."""

from pathlib import Path

from django.conf import settings
from tqdm import tqdm

from recommender.engine.datasets import Found, Wanted, normal_genre, read


def read_data(path: Path, wanted: Wanted) -> Found:
    """`read` for a person who waits. Raises DataError."""
    bar = tqdm(unit="file", desc="listening", disable=None, leave=False)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    with bar:
        return read(path, wanted, Path(settings.DATA_DIR) / "spectrograms", show)


def genres_of(text: str) -> tuple[str, ...]:
    """Genres from a list with commas."""
    return tuple(normal_genre(genre) for genre in text.split(",") if genre.strip())

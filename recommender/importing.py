"""Files that become tracks of the library: which a folder holds, what became of each, and a count
of what is missing."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError

from . import services
from .disk import StorageError
from .file_names import Matches, likely
from .metadata import Description, Remark, describe, stated, tagged
from .models import GenreModel, Track
from .texts import cleaned, readable
from .tracks_csv import NAME, Row, Table, find_table, is_table

if TYPE_CHECKING:
    from .engine.pool import Outcome

AUDIO = frozenset(
    (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".aac", ".aif", ".aiff")
) | {".au"}
# Counted at the end of every import, also where there is none.
MISSING = ("without genre", "without artist", "rows unused", Remark.CELL)
SAME = "the same recording as another"
NO_ROW = Row(0, "", {})
# How often a folder is searched for what may be meant: that takes a while in large ones.
HINTS = 20
NO_LINK = "is a link that leads out of this folder; copy what it leads to, if you want it."


def files_in(folder: Path) -> tuple[list[Path], list[tuple[Path, str]]]:
    """A folder's files, those of its folders too, without hidden ones and its tracks.csv; and the
    links that are not followed, with the reason."""
    files, refused, table = [], [], find_table(folder)
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if path.is_symlink() and (reason := _why_not_followed(path, folder)):
            refused.append((path, reason))
        elif path.is_file() and path != table:
            files.append(path)
    return files, refused


def _why_not_followed(link: Path, folder: Path) -> str:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return "is a link to nothing."
    return "" if folder in target.parents else NO_LINK


class Import:
    """What becomes of files, one by one, and what is worth a word about them."""

    def __init__(self, model: GenreModel, rows: dict[Path, Row]) -> None:
        self.model = model
        self.rows = rows
        self.outcomes: Counter[str] = Counter()
        self.refused: list[tuple[Path, str]] = []
        self.remarks: defaultdict[str, list[str]] = defaultdict(list)
        self.seen: set[int] = set()

    def is_aside(self, file: Path) -> bool:
        """Whether it is a companion of the music, such as a cover: no audio, nor called so."""
        from .engine.containers import AudioError, sniff

        if file.suffix.lower() in AUDIO:
            return False
        if is_table(file):
            self.remarks["tables not read"].append(
                f"{readable(file)}: one table is read, of the folder that is imported"
            )
            return True
        try:
            sniff(file)
        except AudioError as error:
            self.remarks["files left aside: no audio"].append(f"{readable(file)}: {error}")
            return True
        return False

    def known(self, file: Path) -> Track | None:
        """The track that was made from this file, if the model has heard it."""
        try:
            tracks = Track.objects.filter(**origin(file))
        except OSError:
            return None  # Hearing it will say what is wrong.
        return tracks.indexed(self.model).first()

    def take(self, file: Path, outcome: "Outcome") -> None:
        """Keep what was heard in a file, or why nothing was. Raises StorageError."""
        from .engine.containers import AudioError
        from .engine.faults import unforeseen

        try:
            if isinstance(outcome, Exception):
                raise outcome
            recording, heard = outcome
            about = describe(file, self.rows.get(file))
            fields = {**about.fields, **origin(file)}
            track, added = services.import_track(recording, heard, file, fields, self.model)
        except (AudioError, OSError) as error:
            self.refused.append((file, str(error)))
            return
        except (StorageError, OperationalError, InterfaceError):
            raise  # the next file would end so, too
        except Exception as error:
            self.refused.append((file, str(unforeseen(error))))
            return
        if added:
            self._note(file, about)
            self._count(track, "new")
        else:
            self._again(track, file)

    def _again(self, track: Track, file: Path) -> None:
        """The same sound is there already: from this file, or one that is gone, or another."""
        if track.source != readable(file) and Path(track.source).exists():
            self.remarks[SAME].append(f"{readable(file)}: as {track.source}")
            if row := self.rows.get(file):
                self.note_unused(row, f"its file is {SAME}, which keeps its own description")
            self._count(track, SAME)
            return
        for field, value in origin(file).items():
            setattr(track, field, value)
        self._take_new_tags(track, file)
        track.save()
        self.refresh(track, file)

    def _take_new_tags(self, track: Track, file: Path) -> None:
        """Fill what was empty; what is there stays, as somebody may have put it right in admin."""
        about = tagged(file)
        self._note(file, about)
        for field, value in about.fields.items():
            there = getattr(track, field)
            if not there or (field == "title" and there == cleaned(file.stem)):
                setattr(track, field, value)
            elif there != value and not (self.rows.get(file) or NO_ROW).cells.get(field):
                self.remarks["tags that say something else than the library"].append(
                    f"{readable(file)}: {field} “{value}”; the library keeps “{there}”"
                )

    def note_table(
        self, table: Table, found: Matches[Row], folder: Path, files: list[Path]
    ) -> None:
        """What of a folder's tracks.csv is not used, or not as it is written."""
        self.remarks["columns not read"] += table.unread
        for row in table.rows:
            if row.is_short:
                self.remarks["rows with too few cells"].append(_place(row))
        for row, file in found.loose.items():
            self.remarks["rows taken for a file of another kind"].append(
                f"{_place(row)}: taken for {readable(file.name)}"
            )
        for rows in found.claims.values():
            self.remarks["rows that repeat another"] += map(_place, rows[1:])
        for number, row in enumerate(found.unused):
            self.note_unused(row, _why_unused(row, folder, files if number < HINTS else []))

    def note_unused(self, row: Row, reason: str) -> None:
        self.remarks["rows unused"].append(f"{_place(row)}: {reason}")

    def refresh(self, track: Track, file: Path) -> None:
        """Take over what was corrected in tracks.csv since; what it does not state stays."""
        about = stated(self.rows.get(file))
        self._note(file, about)
        changed = {f: v for f, v in about.fields.items() if getattr(track, f) != v}
        for field, value in changed.items():
            setattr(track, field, value)
        if changed:
            track.save()
        self._count(track, "description updated" if changed else "already there")

    def _note(self, file: Path, about: Description) -> None:
        for kind, text in about.remarks:
            self.remarks[kind].append(f"{readable(file)}: {text}")

    def _count(self, track: Track, outcome: str) -> None:
        self.outcomes[outcome] += 1
        if track.pk in self.seen:
            return
        self.seen.add(track.pk)
        for field in ("genre", "artist"):
            if not getattr(track, field):
                self.remarks[f"without {field}"].append(track.source)

    def counts(self) -> dict[str, list[str]]:
        """What is missing or in doubt, each with where: the most asked for first, if none, too."""
        some = {kind: places for kind, places in self.remarks.items() if places}
        return {kind: [] for kind in MISSING} | some


def _place(row: Row) -> str:
    return f"{NAME}, line {row.line}, {readable(row.file.strip())}"


def _why_unused(row: Row, folder: Path, files: list[Path]) -> str:
    name = row.file.strip()
    if any(part.startswith(".") for part in Path(name).parts):
        return "hidden files are not imported"
    meant = [f"“{readable(file)}”" for file in likely(name, folder, files)]
    if len(meant) > 1:
        return f"it may be {' or '.join(meant)}: write the name as it is"
    return f"no such file; is {meant[0]} meant?" if meant else "no such file"


def origin(file: Path) -> dict[str, Any]:
    """What tells that a file is still the one that a track was made from. Raises OSError."""
    stat = file.stat()
    return {
        "source": readable(file),
        "source_size": stat.st_size,
        "source_mtime_ns": stat.st_mtime_ns,
    }

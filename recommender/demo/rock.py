"""Rock: the band that plays the songs of rock.csv.

All songs are own compositions: a few words of harmony and style each, from which seeded
players make riffs, fills and solos.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from render import Music, seed_of
from theory import Chord, Part, Rng, above, melody, progression, scale_pitches, voices

KICK, SNARE, RIM, HAT, OPEN_HAT, CRASH, RIDE = 36, 38, 37, 42, 46, 49, 51
TOMS = (48, 47, 45, 43)

# Sixteen steps a bar: kick, snare and what the right hand plays.
GROOVES = {
    "rock": ("x.....x.x.......", "....x.......x...", "x.x.x.x.x.x.x.x."),
    "drive": ("x...x.x.x...x.x.", "....x.......x...", "x.x.x.x.x.x.x.x."),
    "punk": ("x...x.x.x...x.x.", "..x...x...x...x.", "x.x.x.x.x.x.x.x."),
    "half": ("x.....x....x....", "........x.......", "x...x...x...x..."),
    "ballad": ("x.........x.....", "....x.......x...", "x.x.x.x.x.x.x.x."),
    "metal": ("x.xxx.xxx.xxx.xx", "....x.......x...", "x...x...x...x..."),
    "surf": ("x...x..xx...x...", "....x.x.....x...", "x.x.x.x.x.x.x.x."),
    "disco": ("x...x...x...x...", "....x.......x...", "..x...x...x...x."),
    "shuffle": ("x.......x.x.....", "....x.......x...", "x.x.x.x.x.x.x.x."),
    "none": ("", "", ""),
}
RHYTHMS: list[tuple[float, ...]] = [
    (1.0, 0.5, 0.5, 1.5, -0.5),
    (0.5, 0.5, 1.0, 0.5, 1.5),
    (1.5, 0.5, 2.0),
    (0.5, 0.5, 0.5, 0.5, 1.0, -1.0),
    (0.75, 0.75, 0.5, 1.5, -0.5),
]


@dataclass(frozen=True, slots=True)
class Song:
    """A song: who, what, and the harmony and manner of its two sections.

    ``form`` has a letter every four bars, V or C. ``lead`` and ``extra`` are General MIDI
    programs; ``drive`` is how far the guitars push their amplifiers.
    """

    title: str
    artist: str
    album: str
    year: int
    style: str
    bpm: float
    key: str
    scale: str
    verse: str
    chorus: str
    form: str
    verse_groove: str
    verse_figure: str
    chorus_groove: str
    chorus_figure: str
    lead: int | None
    extra: int | None
    drive: float


def read_songs() -> list[Song]:
    """The table of songs; an empty lead or extra means that nobody plays there."""
    with Path(__file__).with_name("rock.csv").open(newline="", encoding="utf-8") as stream:
        return [_song(row) for row in csv.DictReader(stream)]


def _song(row: dict[str, str]) -> Song:
    numbers = {
        "year": int(row["year"]),
        "bpm": float(row["bpm"]),
        "drive": float(row["drive"]),
        "lead": int(row["lead"]) if row["lead"] else None,
        "extra": int(row["extra"]) if row["extra"] else None,
    }
    return Song(**{**row, **numbers})  # type: ignore[arg-type]


def compose(song: Song) -> Music:
    """Let the band play the song for the length of a clip."""
    rng = np.random.default_rng(seed_of(song.title))
    music = Music(song.bpm, saturation=0.5, room=1.1, looseness=0.005)
    if song.verse_groove == "shuffle":
        music.swing, music.swing_cell = 0.66, 1.0
    band = Band(song, rng)
    bars = int(np.ceil(music.beats / 4)) + 1
    repeats = {letter: _riff(rng, song) for letter in "VC"}
    for bar in range(bars):
        letter = song.form[min(bar // 4, len(song.form) - 1)]
        band.bar(bar, letter, repeats[letter])
    band.solo(bars)
    music.parts = band.parts()
    return music


class Band:
    """Drums, bass, two rhythm guitars and whoever plays on top."""

    def __init__(self, song: Song, rng: Rng) -> None:
        self.song, self.rng = song, rng
        self.sections = {"V": progression(song.verse), "C": progression(song.chorus)}
        clean = song.style in {"surf rock", "instrumental rock"}
        acoustic = song.style in {"acoustic rock", "psychedelic pop"}
        heavy = song.drive >= 7
        quiet = 25 if acoustic else 27
        self.drums = Part(program=16 if heavy else 0, drums=True, gain_db=7, wet=0.1)
        self.bass = Part(program=34 if heavy else 33, gain_db=0, wet=0.02, lowpass=2_500)
        drive = 0.0 if acoustic else song.drive
        self.left = Part(program=27, pan=-0.75, drive=drive, gain_db=-2, wet=0.08)
        self.right = Part(program=27, pan=0.75, drive=drive, gain_db=-2, wet=0.08)
        self.muted = Part(program=28, pan=0.0, drive=drive, gain_db=-1, wet=0.05)
        if acoustic:
            self.left.program = self.right.program = 25
        self.clean = Part(program=quiet, pan=0.35, gain_db=-2, wet=0.35 if clean else 0.2)
        self.top = Part(program=song.lead or 30, pan=-0.15, gain_db=0, wet=0.3)
        if song.lead in {29, 30}:
            self.top.drive = 3.0
        self.pad = Part(program=song.extra or 48, pan=0.2, gain_db=-8, wet=0.3)

    def parts(self) -> list[Part]:
        every = [
            self.drums,
            self.bass,
            self.left,
            self.right,
            self.muted,
            self.clean,
            self.top,
            self.pad,
        ]
        return [part for part in every if part.notes]

    def chord_at(self, bar: int) -> Chord:
        letter = self.song.form[min(bar // 4, len(self.song.form) - 1)]
        chords = self.sections[letter]
        return chords[bar % len(chords)]

    def bar(self, bar: int, letter: str, riff: list[tuple[float, float, int]]) -> None:
        if letter == "V":
            feel, figure = self.song.verse_groove, self.song.verse_figure
        else:
            feel, figure = self.song.chorus_groove, self.song.chorus_figure
        chord, beat = self.chord_at(bar), bar * 4.0
        self._beat(bar, feel, loud=letter == "C")
        self._low(beat, chord, feel, figure, riff)
        self._guitars(beat, chord, figure, riff, loud=letter == "C")
        if self.song.extra is not None and (letter == "C" or self.song.extra in {16, 18, 21}):
            laid = voices([chord], 64, 3)[0]
            self.pad.chord(beat, 3.95, laid, 0.55 if letter == "V" else 0.7)

    def _beat(self, bar: int, feel: str, *, loud: bool) -> None:
        kick, snare, hand = GROOVES[feel]
        if not hand:
            return
        step = 4.0 / len(hand)
        beat, fill = bar * 4.0, bar % 4 == 3
        cymbal = RIDE if loud and bar % 8 >= 4 else OPEN_HAT if loud else HAT
        if bar % 4 == 0 and (loud or bar % 8 == 0):
            self.drums.add(beat, 1, CRASH, 0.9)
        for i in range(len(hand)):
            at, filling = beat + i * step, fill and i * step >= 2.0
            accent = 1.0 if i % (len(hand) // 4) == 0 else 0.82
            if kick[i] == "x":
                self.drums.add(at, step, KICK, 0.95)
            if snare[i] == "x" and not filling:
                self.drums.add(at, step, SNARE, 0.95)
            if hand[i] == "x" and not filling:
                self.drums.add(at, step, cymbal, (0.75 if loud else 0.62) * accent)
        if fill:
            self._fill(beat + 2.0, busy=loud or feel in {"punk", "metal"})

    def _fill(self, beat: float, *, busy: bool) -> None:
        kit = [SNARE, *TOMS]
        place = 0
        for i in range(8):
            if busy or i % 2 == 0 or self.rng.random() < 0.35:
                place = min(len(kit) - 1, place + int(self.rng.random() < 0.5))
                self.drums.add(beat + i / 4, 0.25, kit[place], 0.72 + 0.03 * i)

    def _low(
        self,
        beat: float,
        chord: Chord,
        feel: str,
        figure: str,
        riff: list[tuple[float, float, int]],
    ) -> None:
        root = above(chord.bass, 28)
        if figure == "riff":
            for at, length, step in riff:
                self.bass.add(beat + at, length, above(chord.root, 28) + step, 0.85)
            return
        kick = GROOVES[feel][0] or "x.......x......."
        if figure in {"eighths", "palm", "gallop", "tremolo"}:
            hits = [i / 2 for i in range(8)]
        else:
            hits = sorted({i * 4 / len(kick) for i, c in enumerate(kick) if c == "x"} | {3.5})
        ends = [*hits[1:], 4.0]
        for at, end in zip(hits, ends, strict=True):
            leading = at >= 3.5 and self.rng.random() < 0.4
            pitch = root + (self.rng.choice([7, 5, 12]) if leading else 0)
            self.bass.add(beat + at, (end - at) * 0.92, int(pitch), 0.9 if at % 2 == 0 else 0.78)

    def _guitars(
        self,
        beat: float,
        chord: Chord,
        figure: str,
        riff: list[tuple[float, float, int]],
        *,
        loud: bool,
    ) -> None:
        root = above(chord.root, 40)
        power = [root, root + 7, root + 12]
        # Thirds turn to mud in a hard-driven amplifier: full chords only where it is mild.
        full = power if self.song.drive >= 4 else voices([chord], 57, 4)[0]
        force = 0.85 if loud else 0.75
        for guitar in (self.left, self.right):
            match figure:
                case "eighths":
                    for i in range(8):
                        guitar.chord(beat + i / 2, 0.47, power, force + 0.08 * (i % 2 == 0))
                case "ring":
                    guitar.chord(beat, 3.9, full, force)
                case "stabs":
                    for at, length in ((0, 0.9), (1.5, 0.4), (2.5, 1.3)):
                        guitar.chord(beat + at, length, full, force)
                case "offbeat":
                    for i in range(4):
                        guitar.chord(beat + i + 0.5, 0.3, full, force)
                case "tremolo":
                    for i in range(16):
                        guitar.chord(beat + i / 4, 0.23, power[:2], force)
                case "strum":
                    for i, down in enumerate("x.x.xu.uxux.xu.u"):
                        if down != ".":
                            self._strum(guitar, beat + i / 4, full, up=down == "u")
                case "riff":
                    for at, length, step in riff:
                        note = root + step
                        guitar.chord(beat + at, length, [note, note + 7], force)
        if figure in {"palm", "gallop"}:
            self._mutes(beat, root, figure)
        if figure == "arpeggio":
            self._arpeggio(beat, chord)

    def _strum(self, guitar: Part, beat: float, pitches: list[int], *, up: bool) -> None:
        order = sorted(pitches, reverse=up)
        for i, pitch in enumerate(order):
            guitar.add(beat + 0.018 * i, 0.45, pitch, 0.55 if up else 0.72)

    def _mutes(self, beat: float, root: int, figure: str) -> None:
        steps = [0, 0.5, 0.75] if figure == "gallop" else [0, 0.5]
        for quarter in range(4):
            for at in steps:
                accent = quarter in {0, 2} and at == 0
                self.muted.chord(
                    beat + quarter + at, 0.22, [root, root + 7], 0.95 if accent else 0.75
                )
        for guitar in (self.left, self.right):
            guitar.chord(beat, 0.4, [root, root + 7, root + 12], 0.8)
            if self.rng.random() < 0.5:
                guitar.chord(beat + 3, 0.9, [root, root + 7, root + 12], 0.8)

    def _arpeggio(self, beat: float, chord: Chord) -> None:
        root = above(chord.root, 45)
        third = 12 + (chord.intervals[1] if len(chord.intervals) > 2 else 7)
        for i, step in enumerate((0, 7, 12, third, 12 + 7, third, 12, 7)):
            self.clean.add(beat + i / 2, 1.4, root + step, 0.78 if i % 4 == 0 else 0.66)

    def solo(self, bars: int) -> None:
        """A tune over the choruses, and over the verses of an instrumental."""
        if self.song.lead is None:
            return
        always = self.song.style in {"surf rock", "instrumental rock", "indie rock"}
        pitches = scale_pitches(self.song.key, self.song.scale, 62, 84)
        chords = [self.chord_at(bar) for bar in range(bars)]
        for note in melody(self.rng, chords, pitches, RHYTHMS, leap=0.35):
            letter = self.song.form[min(int(note.beat // 16), len(self.song.form) - 1)]
            if letter == "C" or always:
                self.top.add(note.beat, note.length * 0.96, note.pitch, note.loudness + 0.1)


def _riff(rng: Rng, song: Song) -> list[tuple[float, float, int]]:
    """One bar of a riff on the lower strings: onset, length and semitones above the root."""
    steps = (
        (0, 0, 0, 3, 5, 7, 10, 12)
        if "minor" in song.scale or song.scale == "blues"
        else (0, 0, 0, 2, 5, 7, 9, 12)
    )
    rhythm = [
        (0.0, 0.5),
        (0.5, 0.5),
        (1.0, 0.25),
        (1.5, 0.5),
        (2.0, 0.5),
        (2.5, 0.5),
        (3.0, 0.5),
        (3.5, 0.5),
    ]
    kept = [(at, n) for at, n in rhythm if at in {0.0, 1.5} or rng.random() < 0.75]
    return [(at, n * 0.9, 0 if at == 0 else int(rng.choice(steps))) for at, n in kept]

"""Notes, chords, voice leading and melodies: the musical vocabulary of the demo library.

Time is counted in beats; nothing here knows about sound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

Rng = np.random.Generator

PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
QUALITIES = {
    "": (0, 4, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "7": (0, 4, 7, 10),
    "9": (0, 4, 7, 10, 14),
    "13": (0, 4, 10, 14, 21),
    "7b9": (0, 4, 7, 10, 13),
    "add9": (0, 4, 7, 14),
    "maj7": (0, 4, 7, 11),
    "maj9": (0, 4, 7, 11, 14),
    "m": (0, 3, 7),
    "m6": (0, 3, 7, 9),
    "m7": (0, 3, 7, 10),
    "m9": (0, 3, 7, 10, 14),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
}
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "major pentatonic": (0, 2, 4, 7, 9),
    "blues": (0, 3, 5, 6, 7, 10),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One note: onset and length in beats, MIDI pitch, loudness between 0 and 1."""

    beat: float
    length: float
    pitch: int
    loudness: float = 0.7


@dataclass(slots=True)
class Part:
    """The notes of one instrument with the settings of its channel in the mix.

    ``voice`` is ``"font"`` for the sound font, or a synthesised ``"sub"`` or ``"kick"``.
    ``drive`` above 0 sends the part through a guitar amplifier, ``lowpass`` (Hz) darkens it,
    ``duck`` lets the kick push it down, ``wet`` is its share of reverberation.
    """

    program: int = 0
    gain_db: float = 0.0
    pan: float = 0.0
    wet: float = 0.15
    voice: str = "font"
    drums: bool = False
    drive: float = 0.0
    lowpass: float = 0.0
    highpass: float = 0.0
    duck: bool = False
    notes: list[Note] = field(default_factory=list)

    def add(self, beat: float, length: float, pitch: int, loudness: float = 0.7) -> None:
        self.notes.append(Note(beat, length, pitch, loudness))

    def chord(self, beat: float, length: float, pitches: list[int], loudness: float = 0.7) -> None:
        for pitch in pitches:
            self.add(beat, length, pitch, loudness)


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord symbol taken apart: pitch class of the root, intervals, pitch class of the bass."""

    root: int
    intervals: tuple[int, ...]
    bass: int

    @property
    def classes(self) -> tuple[int, ...]:
        return tuple((self.root + interval) % 12 for interval in self.intervals)


def pitch_class(name: str) -> int:
    """``pitch_class("Eb") == 3``."""
    shift = name.count("#") - name[1:].count("b")
    return (PITCH_CLASSES[name[0].upper()] + shift) % 12


def parse_chord(symbol: str) -> Chord:
    """``parse_chord("Am7/G")``: the root, the quality and, after a slash, the bass."""
    match = re.fullmatch(r"([A-G][#b]?)([^/]*)(?:/([A-G][#b]?))?", symbol)
    if match is None or match[2] not in QUALITIES:
        raise ValueError(f"not a chord symbol: {symbol!r}")
    root = pitch_class(match[1])
    return Chord(root, QUALITIES[match[2]], pitch_class(match[3]) if match[3] else root)


def progression(symbols: str) -> list[Chord]:
    """The chords of a line such as ``"Am F C G"``, one a bar."""
    return [parse_chord(symbol) for symbol in symbols.split()]


def nearest(pitch_class_: int, target: float) -> int:
    """The pitch of that class closest to a target pitch."""
    return round(pitch_class_ + 12 * round((target - pitch_class_) / 12))


def above(pitch_class_: int, floor: int) -> int:
    """The lowest pitch of that class that is not below ``floor``."""
    return floor + (pitch_class_ - floor) % 12


def voice(chord: Chord, previous: list[int] | None, centre: int = 60, size: int = 4) -> list[int]:
    """Lay a chord in close position so that its notes move as little as they can."""
    # The root goes first when there are too many notes: the bass has it.
    classes = list(dict.fromkeys(chord.classes))
    if len(classes) > size:
        classes = classes[1:]
    candidates = []
    for start in range(centre - 10, centre + 8):
        if start % 12 in classes:
            candidates.append(sorted(above(c, start) for c in classes))
    target = previous or [centre] * len(classes)
    return min(candidates, key=lambda notes: _distance(notes, target, centre))


def _distance(notes: list[int], target: list[int], centre: int) -> float:
    moved = sum(min(abs(note - old) for old in target) for note in notes)
    return moved + 0.3 * abs(float(np.mean(notes)) - centre)


def voices(chords: list[Chord], centre: int = 60, size: int = 4) -> list[list[int]]:
    """Voice a whole progression, each chord led from the one before."""
    laid: list[list[int]] = []
    for chord in chords:
        laid.append(voice(chord, laid[-1] if laid else None, centre, size))
    return laid


def scale_pitches(root: str, scale: str, low: int, high: int) -> list[int]:
    """All pitches of a scale between two pitches."""
    classes = {(pitch_class(root) + step) % 12 for step in SCALES[scale]}
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in classes]


def line(text: str, start: float = 0.0, loudness: float = 0.7) -> list[Note]:
    """Read a melody: ``"d5:1 g4:.5 a4 r:2"``; a length holds until the next one, r is a rest."""
    notes, beat, length = [], start, 1.0
    for token in text.replace("|", " ").split():
        name, _, written = token.partition(":")
        length = float(written) if written else length
        for pitch in name.split("+"):
            if pitch != "r":
                notes.append(Note(beat, length, midi_pitch(pitch), loudness))
        beat += length
    return notes


def midi_pitch(name: str) -> int:
    """``midi_pitch("c4") == 60``; sharps are ``#``, flats ``b``."""
    return (
        12 * (int(name[-1]) + 1)
        + PITCH_CLASSES[name[0].upper()]
        + (name.count("#") - name[1:-1].count("b"))
    )


def melody(
    rng: Rng,
    chords: list[Chord],
    pitches: list[int],
    rhythms: list[tuple[float, ...]],
    *,
    beats: float = 4.0,
    leap: float = 0.25,
) -> list[Note]:
    """Invent a melody with a form: bars a a' b a', tied to the chords on strong beats.

    The rhythm of a bar is a tuple of lengths, negative for a rest. A bar's contour comes
    back with its rhythm, so that a listener hears a motif and not a wandering line.
    """
    chosen = rng.permutation(len(rhythms))[:2]
    shapes = [[_step(rng, leap) for _ in rhythms[i]] for i in chosen]
    notes: list[Note] = []
    place = len(pitches) // 2
    for bar, chord in enumerate(chords):
        kind = 1 if bar % 4 == 2 and len(chosen) > 1 else 0
        if bar % 4 == 0:
            place = len(pitches) // 2 + int(rng.integers(-2, 3))
        beat = bar * beats
        for length, step in zip(rhythms[chosen[kind]], shapes[kind], strict=True):
            place = _inside(place + step, len(pitches))
            if length > 0:
                strong = abs(beat % 2) < 0.01 or length >= 1.5
                place = _snap(pitches, place, chord) if strong else place
                accent = 0.72 + 0.1 * (beat % beats == 0) + 0.05 * float(rng.random())
                notes.append(Note(beat, length, pitches[place], accent))
            beat += abs(length)
    return notes


def _step(rng: Rng, leap: float) -> int:
    if rng.random() < leap:
        return int(rng.choice([-3, -2, 2, 3, 4]))
    return int(rng.choice([-1, -1, 0, 1, 1]))


def _inside(place: int, count: int) -> int:
    """Reflect at the ends of the range, so that a line turns instead of sticking there."""
    if place < 0:
        return min(-place, count - 1)
    return max(0, 2 * (count - 1) - place) if place >= count else place


def _snap(pitches: list[int], place: int, chord: Chord) -> int:
    in_chord = [i for i, pitch in enumerate(pitches) if pitch % 12 in chord.classes]
    return min(in_chord, key=lambda i: abs(i - place), default=place)


def counterpoint(
    rng: Rng, notes: list[Note], pitches: list[int], chords: list[Chord], beats: float
) -> list[Note]:
    """A second voice a third, sixth or tenth below, in contrary motion where it can."""
    out: list[Note] = []
    for i, note in enumerate(notes):
        chord = chords[min(int(note.beat // beats), len(chords) - 1)]
        below = [p for p in pitches if 3 <= note.pitch - p <= 16 and p % 12 in chord.classes]
        if not below:
            continue
        rising = i > 0 and note.pitch > notes[i - 1].pitch
        wish = (out[-1].pitch if out else note.pitch - 8) + (-2 if rising else 2)
        if note.length >= 0.75 or rng.random() < 0.35:
            pitch = min(below, key=lambda p: abs(p - wish))
            out.append(Note(note.beat, note.length, pitch, note.loudness * 0.85))
    return out

"""The ensembles that own classical compositions are laid out for.

Each takes a harmony, one chord a bar, and returns parts: who sings, who accompanies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from theory import (
    Chord,
    Note,
    Part,
    Rng,
    above,
    counterpoint,
    melody,
    nearest,
    scale_pitches,
    voices,
)

COMMON: list[tuple[float, ...]] = [
    (1.0, 0.5, 0.5, 1.0, 1.0),
    (1.5, 0.5, 1.0, 1.0),
    (2.0, 1.0, 1.0),
    (0.5, 0.5, 0.5, 0.5, 2.0),
    (1.0, 1.0, 0.5, 0.5, 1.0),
]
TRIPLE: list[tuple[float, ...]] = [
    (1.0, 1.0, 1.0),
    (2.0, 1.0),
    (1.0, 0.5, 0.5, 1.0),
    (1.5, 0.5, 1.0),
    (0.5, 0.5, 0.5, 0.5, 1.0),
]


@dataclass(frozen=True, slots=True)
class Setting:
    """What an own composition starts from: key, harmony (a chord a bar), layout, tempo."""

    key: str
    scale: str
    chords: str
    layout: str
    bpm: float
    beats: int = 4
    rubato: float = 0.03
    room: float = 1.8


def _tune(rng: Rng, chords: list[Chord], setting: Setting, low: int, high: int) -> list[Note]:
    """A melody that closes on the key note, held through the last bar."""
    beats = float(setting.beats)
    rhythms = TRIPLE if setting.beats == 3 else COMMON
    pitches = scale_pitches(setting.key, setting.scale, low, high)
    notes = melody(rng, chords[:-1], pitches, rhythms, beats=beats, leap=0.18)
    last = nearest(chords[-1].root, notes[-1].pitch)
    return [*notes, Note((len(chords) - 1) * beats, beats * 1.5, last, 0.7)]


def _bass(part: Part, chords: list[Chord], beats: int, low: int, *, moving: bool) -> None:
    """Roots, with a passing note into the next bar where there is room for one."""
    for bar, chord in enumerate(chords):
        at, pitch = float(bar * beats), above(chord.bass, low)
        if not moving or bar == len(chords) - 1:
            part.add(at, beats * 0.98, pitch, 0.65)
            continue
        ahead = above(chords[bar + 1].bass, low)
        fifth = pitch + 7 if pitch + 7 < low + 16 else pitch - 5
        part.add(at, beats - 1.05, pitch, 0.68)
        near = abs(ahead - pitch) <= 4 and ahead != pitch
        part.add(
            at + beats - 1,
            0.95,
            (ahead + pitch) // 2 if near and abs(ahead - pitch) > 2 else fifth,
            0.58,
        )


def quartet(rng: Rng, chords: list[Chord], setting: Setting) -> list[Part]:
    """First violin sings, second violin and viola pulse or hold, the cello carries."""
    first = Part(program=40, pan=-0.5, wet=0.4, notes=_tune(rng, chords, setting, 67, 86))
    second, viola = (
        Part(program=40, pan=-0.2, wet=0.35, gain_db=-6),
        Part(program=41, pan=0.2, wet=0.35, gain_db=-5),
    )
    cello = Part(program=42, pan=0.5, wet=0.3, gain_db=-3)
    _bass(cello, chords, setting.beats, 38, moving=True)
    pulsing = setting.bpm > 100
    for bar, laid in enumerate(voices(chords, 60, 3)):
        for part, pitch in ((viola, laid[0]), (second, laid[-1])):
            if not pulsing or bar == len(chords) - 1 or bar % 8 >= 6:
                part.add(bar * setting.beats, setting.beats * 0.99, pitch, 0.6)
                continue
            for i in range(setting.beats * 2):
                part.add(bar * setting.beats + i / 2, 0.35, pitch, 0.6 if i % 2 == 0 else 0.5)
    return [first, second, viola, cello]


def alberti(rng: Rng, chords: list[Chord], setting: Setting) -> list[Part]:
    """A classical sonata for piano: broken chords on the left, tune on the right."""
    right = Part(program=0, pan=0.1, wet=0.2, notes=_tune(rng, chords, setting, 69, 88))
    left = Part(program=0, pan=-0.1, wet=0.2, gain_db=-5)
    for bar, laid in enumerate(voices(chords, 55, 3)):
        order = (0, 2, 1, 2) if setting.beats == 4 else (0, 1, 2, 1, 2, 1)
        for i in range(setting.beats * 2):
            if bar < len(chords) - 1:
                left.add(bar * setting.beats + i / 2, 0.6, laid[order[i % len(order)]], 0.55)
        if bar == len(chords) - 1:
            left.chord(bar * setting.beats, 5.0, laid, 0.55)
    return [right, left]


def nocturne(rng: Rng, chords: list[Chord], setting: Setting) -> list[Part]:
    """A romantic piano piece: wide broken chords with the pedal down, a late-blooming tune."""
    right = Part(program=0, pan=0.1, wet=0.3, notes=_tune(rng, chords, setting, 67, 86))
    left = Part(program=0, pan=-0.1, wet=0.3, gain_db=-5)
    for bar, chord in enumerate(chords):
        root, at = above(chord.bass, 36), float(bar * setting.beats)
        tones = [root, root + 7, *(above(c, root + 12) for c in chord.classes[:3])]
        if bar == len(chords) - 1:
            left.chord(at, 5.0, tones[:4], 0.5)
            continue
        steps = setting.beats * 2
        for i in range(steps):
            place = i if i < len(tones) else 2 * len(tones) - 2 - i
            left.add(at + i / 2, setting.beats - i / 2, tones[max(1, place) if i else 0], 0.48)
    return [right, left]


def wind_trio(rng: Rng, chords: list[Chord], setting: Setting) -> list[Part]:
    """Flute, oboe and bassoon in counterpoint."""
    tune = _tune(rng, chords, setting, 72, 91)
    inner = scale_pitches(setting.key, setting.scale, 60, 79)
    flute = Part(program=73, pan=-0.35, wet=0.4, notes=tune)
    oboe = Part(
        program=68,
        pan=0.0,
        wet=0.35,
        gain_db=-4,
        notes=counterpoint(rng, tune, inner, chords, float(setting.beats)),
    )
    bassoon = Part(program=70, pan=0.35, wet=0.3, gain_db=-4)
    _bass(bassoon, chords, setting.beats, 40, moving=True)
    return [flute, oboe, bassoon]


def toccata(rng: Rng, chords: list[Chord], setting: Setting) -> list[Part]:
    """A harpsichord in running sixteenths over a walking bass."""
    right, left = Part(program=6, pan=0.1, wet=0.25), Part(program=6, pan=-0.1, wet=0.25)
    shape = rng.permutation(4)
    for bar, (chord, laid) in enumerate(zip(chords, voices(chords, 70, 4), strict=True)):
        at, root = float(bar * setting.beats), above(chord.bass, 43)
        if bar == len(chords) - 1:
            right.chord(at, 4.0, laid, 0.7)
            left.add(at, 4.0, root, 0.7)
            continue
        if bar % 4 == 3:
            shape = rng.permutation(4)
        for i in range(setting.beats * 4):
            pitch = laid[shape[i % 4] % len(laid)] + (12 if i % 8 == 4 else 0)
            right.add(at + i / 4, 0.24, pitch, 0.7)
        for i in range(setting.beats):
            left.add(at + i, 0.9, root + (0, 12, 7, 12)[i % 4], 0.65)
    return [right, left]


def motet(rng: Rng, chords: list[Chord], setting: Setting) -> list[Part]:
    """Choir with a soft organ: slow chords, suspended notes in an inner voice."""
    choir, high, organ = (
        Part(program=52, wet=0.6),
        Part(program=53, wet=0.6, gain_db=-3),
        Part(program=19, wet=0.5, gain_db=-9),
    )
    beats, laid = float(setting.beats), voices(chords, 60, 4)
    for bar, (chord, now) in enumerate(zip(chords, laid, strict=True)):
        at = bar * beats
        held = laid[bar - 1][1] if bar and rng.random() < 0.6 else now[1]
        choir.chord(at, beats, [now[0], *now[2:]], 0.65)
        choir.add(at, beats / 2, held, 0.65)
        choir.add(at + beats / 2, beats / 2, now[1], 0.62)
        choir.add(at, beats, above(chord.bass, 41), 0.65)
        organ.chord(at, beats, [above(chord.bass, 36), above(chord.bass, 48)], 0.6)
    high.notes = _tune(rng, chords, setting, 67, 81)
    return [choir, high, organ]


def orchestra(rng: Rng, chords: list[Chord], setting: Setting) -> list[Part]:
    """Strings and woodwinds share the tune; horns, timpani and plucked basses below."""
    tune = _tune(rng, chords, setting, 67, 86)
    half = len(chords) * setting.beats / 2
    violins = Part(program=48, pan=-0.4, wet=0.4, notes=[n for n in tune if n.beat >= half])
    flute = Part(
        program=73, pan=0.1, wet=0.45, gain_db=-1, notes=[n for n in tune if n.beat < half]
    )
    clarinet = Part(program=71, pan=0.2, wet=0.4, gain_db=-5)
    clarinet.notes = counterpoint(
        rng,
        flute.notes,
        scale_pitches(setting.key, setting.scale, 58, 76),
        chords,
        float(setting.beats),
    )
    strings, horns = (
        Part(program=49, wet=0.4, gain_db=-6),
        Part(program=60, pan=0.3, wet=0.5, gain_db=-6),
    )
    basses, timpani = (
        Part(program=45, pan=0.4, wet=0.3, gain_db=-2),
        Part(program=47, wet=0.4, gain_db=-5),
    )
    for bar, (chord, laid) in enumerate(zip(chords, voices(chords, 60, 4), strict=True)):
        at, root, late = float(bar * setting.beats), above(chord.bass, 38), bar >= len(chords) // 2
        strings.chord(at, setting.beats * 0.99, laid, 0.7 if late else 0.5)
        for i in range(setting.beats):
            basses.add(at + i, 0.9, root if i % 2 == 0 else root + 7, 0.7)
        if late:
            horns.chord(at, setting.beats * 0.97, laid[:2], 0.65)
            if bar % 4 in {0, 3}:
                for i in range(4 if bar % 4 == 3 else 1):
                    timpani.add(at + i / 2, 0.9, above(chord.root, 38), 0.6 + 0.1 * i)
    return [violins, flute, clarinet, strings, horns, basses, timpani]


LAYOUTS: dict[str, Callable[[Rng, list[Chord], Setting], list[Part]]] = {
    "quartet": quartet,
    "alberti": alberti,
    "nocturne": nocturne,
    "wind trio": wind_trio,
    "toccata": toccata,
    "motet": motet,
    "orchestra": orchestra,
}

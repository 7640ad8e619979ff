"""Public-domain works, written down anew for the demo library.

The works are free everywhere their composers are dead for 70 years; the notes here are our
own encoding, made from the music itself and not from an edition. The exception is Weber's
Concertino, an encoding that its maker, Oliver Seely, gave to the public domain.
"""

from __future__ import annotations

from functools import cache

from theory import Note, Part, line, midi_pitch

# Prelude in C, BWV 846: each bar is five notes, broken upwards, twice.
PRELUDE_IN_C = (
    "c4 e4 g4 c5 e5|c4 d4 a4 d5 f5|b3 d4 g4 d5 f5|c4 e4 g4 c5 e5|c4 e4 a4 e5 a5|c4 d4 f#4 a4 d5|"
    "b3 d4 g4 d5 g5|b3 c4 e4 g4 c5|a3 c4 e4 g4 c5|d3 a3 d4 f#4 c5|g3 b3 d4 g4 b4|g3 bb3 e4 g4 c#5"
)
# Prelude of the first cello suite, BWV 1007: sixteenths.
CELLO_PRELUDE = """
g2:.25 d3 b3 a3 b3 d3 b3 d3 g2 d3 b3 a3 b3 d3 b3 d3
g2 e3 c4 b3 c4 e3 c4 e3 g2 e3 c4 b3 c4 e3 c4 e3
g2 f#3 c4 b3 c4 f#3 c4 f#3 g2 f#3 c4 b3 c4 f#3 c4 f#3
g2 g3 b3 a3 b3 g3 b3 g3 g2 g3 b3 a3 b3 g3 b3 f#3
g2 e3 b3 a3 b3 g3 f#3 g3 e3 g3 f#3 g3 b2 d3 c#3 b2
c#3 g3 a3 g3 a3 g3 a3 g3 c#3 g3 a3 g3 a3 g3 a3 g3
f#3 a3 d4 c#4 d4 a3 g3 a3 f#3 a3 g3 a3 d3 f#3 e3 d3
e2 b2 g3 f#3 g3 b2 g3 b2 e2 b2 g3 f#3 g3 b2 g3 b2
e2 c#3 d3 e3 d3 c#3 b2 a2 g3 f#3 e3 d4 c#4 b3 a3 g3
f#3 e3 d3 d4 a3 f#3 g3 a3 d3:1
"""
MINUET_RIGHT = """
d5:1 g4:.5 a4 b4 c5 | d5:1 g4 g4 | e5 c5:.5 d5 e5 f#5 | g5:1 g4 g4 | c5 d5:.5 c5 b4 a4
b4:1 c5:.5 b4 a4 g4 | f#4:1 g4:.5 a4 b4 g4 | b4:.5 a4:2.5
d5:1 g4:.5 a4 b4 c5 | d5:1 g4 g4 | e5 c5:.5 d5 e5 f#5 | g5:1 g4 g4 | c5 d5:.5 c5 b4 a4
b4:1 c5:.5 b4 a4 g4 | a4:1 b4:.5 a4 g4 f#4 | g4:3
"""
MINUET_LEFT = """
g3+b3+d4:2 a3:1 | b3:3 | c4:3 | b3:3 | a3:3 | g3:3 | d4:1 b3 g3 | d4 d3:.5 c4 b3 a3
b3:2 a3:1 | g3 b3 g3 | c4:3 | b3:1 c4:.5 b3 a3 g3 | a3:2 f#3:1 | g3:2 b3:1 | c4 d4 d3 | g3:2 g2:1
"""
CANON_BASS = "d3:2 a2 b2 f#2 g2 d2 g2 a2"
CANON_VOICE = """
f#5:2 e5 d5 c#5 b4 a4 b4 c#5 | d5 c#5 b4 a4 g4 f#4 g4 e4
d4:1 f#4 a4 g4 f#4 d4 f#4 e4 d4 b3 d4 a4 g4 b4 a4 g4
f#4 d4 e4 c#5 d5 f#5 a5 a4 b4 g4 a4 f#4 d4 d5 d5:1.5 c#5:.5
"""
GYMNOPEDIE = """
r:12 | r:1 f#5 a5 | g5 f#5 c#5 | b4 c#5 d5 | a4:3 | f#4:3 | f#4:3 | f#4:3 | f#4:3
r:1 f#5 a5 | g5 f#5 c#5 | b4 c#5 d5 | a4:3
"""
ODE = """
f#4:1 f#4 g4 a4 a4 g4 f#4 e4 d4 d4 e4 f#4 f#4:1.5 e4:.5 e4:2
f#4:1 f#4 g4 a4 a4 g4 f#4 e4 d4 d4 e4 f#4 e4:1.5 d4:.5 d4:2
e4:1 e4 f#4 d4 e4 f#4:.5 g4 f#4:1 d4 e4 f#4:.5 g4 f#4:1 e4 d4 e4 a3 f#4
f#4 f#4 g4 a4 a4 g4 f#4 e4 d4 d4 e4 f#4 e4:1.5 d4:.5 d4:2
"""
ODE_CHORDS = "D D/F# D A7 D Bm Em A D D/F# D A7 D Bm A7 D A7 D A7 F# Bm A D D/F# D A7 D Bm A7 D"
FUR_ELISE_RIGHT = """
e5:.25 d#5 | e5 d#5 e5 b4 d5 c5 | a4:.5 r:.25 c4 e4 a4 | b4:.5 r:.25 e4 g#4 b4
c5:.5 r:.25 e4 e5 d#5
e5 d#5 e5 b4 d5 c5 | a4:.5 r:.25 c4 e4 a4 | b4:.5 r:.25 e4 c5 b4 | a4:.5 r:.25 b4 c5 d5
e5:.75 g4:.25 f5 e5 | d5:.75 f4:.25 e5 d5 | c5:.75 e4:.25 d5 c5 | b4:.5 r:.25 e4 e5 r
r:.25 e5 e6 r r d#5 | e5 r r d#5 e5 d#5 | e5 d#5 e5 b4 d5 c5 | a4:.5 r:.25 c4 e4 a4
b4:.5 r:.25 e4 g#4 b4
c5:.5 r:.25 e4 e5 d#5 | e5 d#5 e5 b4 d5 c5 | a4:.5 r:.25 c4 e4 a4
b4:.5 r:.25 e4 c5 b4 | a4:1.5
"""
FUR_ELISE_LEFT = """
r:.5 | r:1.5 | a2:.25 e3 a3 r:.75 | e2:.25 e3 g#3 r:.75 | a2:.25 e3 a3 r:.75
r:1.5 | a2:.25 e3 a3 r:.75 | e2:.25 e3 g#3 r:.75 | a2:.25 e3 a3 r:.75
c3:.25 g3 c4 r:.75 | g2:.25 g3 b3 r:.75 | a2:.25 e3 a3 r:.75 | e2:.25 e3 e4 r:.75
r:1.5 | r:1.5 | r:1.5 | a2:.25 e3 a3 r:.75 | e2:.25 e3 g#3 r:.75 | a2:.25 e3 a3 r:.75
r:1.5 | a2:.25 e3 a3 r:.75 | e2:.25 e3 g#3 r:.75 | a2:.25 e3 a3:1
"""


def prelude_in_c() -> list[Part]:
    piano = Part(program=0, wet=0.2)
    for bar, chord in enumerate(PRELUDE_IN_C.split("|")):
        low, second, *upper = [midi_pitch(name) for name in chord.split()]
        for half in (bar * 4.0, bar * 4.0 + 2):
            piano.add(half, 2.0, low, 0.62)
            piano.add(half + 0.25, 1.75, second, 0.52)
            for i in range(6):
                piano.add(half + 0.5 + i / 4, 0.3, upper[i % 3], 0.5 + 0.03 * (i % 3))
    return [piano]


def cello_prelude() -> list[Part]:
    cello = Part(program=42, wet=0.45)
    for note in line(CELLO_PRELUDE):
        strong = 0.12 if note.beat % 2 == 0 else 0.05 if note.beat % 1 == 0 else 0.0
        cello.add(note.beat, note.length * 1.1, note.pitch, 0.66 + strong)
    return [cello]


def minuet() -> list[Part]:
    right, left = Part(program=6, pan=0.1, wet=0.2), Part(program=6, pan=-0.1, wet=0.2, gain_db=-2)
    for repeat in (0.0, 48.0):
        right.notes += [_short(note) for note in line(MINUET_RIGHT, repeat)]
        left.notes += [_short(note) for note in line(MINUET_LEFT, repeat)]
    return [right, left]


def _short(note: Note) -> Note:
    return Note(note.beat, note.length * 0.9, note.pitch, note.loudness)


def canon_in_d() -> list[Part]:
    """The canon proper: three violins two bars apart over the ground, with a harpsichord."""
    cello = Part(program=42, pan=0.3, wet=0.3, gain_db=-1)
    harpsichord = Part(program=6, pan=-0.1, wet=0.25, gain_db=-8)
    violins = [
        Part(program=40 if i else 48, pan=p, wet=0.35, gain_db=-2 * i)
        for i, p in enumerate((-0.5, 0.0, 0.5))
    ]
    chords = [
        "d4 f#4 a4",
        "c#4 e4 a4",
        "b3 d4 f#4",
        "a3 c#4 f#4",
        "b3 d4 g4",
        "a3 d4 f#4",
        "b3 d4 g4",
        "c#4 e4 a4",
    ]
    for turn in range(4):
        cello.notes += line(CANON_BASS, turn * 16.0)
        for i, chord in enumerate(chords):
            harpsichord.chord(turn * 16.0 + i * 2, 1.8, [midi_pitch(n) for n in chord.split()], 0.6)
    for i, violin in enumerate(violins):
        violin.notes += line(CANON_VOICE, 16.0 * i)
    return [cello, harpsichord, *violins]


def gymnopedie() -> list[Part]:
    left, right = Part(program=0, wet=0.35, gain_db=-4), Part(program=0, wet=0.35)
    for bar in range(17):
        bass, chord = ("g2", "b3 d4 f#4") if bar % 2 == 0 else ("d2", "a3 c#4 f#4")
        left.add(bar * 3.0, 3.0, midi_pitch(bass), 0.5)
        left.chord(bar * 3.0 + 1, 2.0, [midi_pitch(n) for n in chord.split()], 0.42)
    right.notes += line(GYMNOPEDIE, 0.0, 0.6)
    return [left, right]


def fur_elise() -> list[Part]:
    right, left = Part(program=0, wet=0.25), Part(program=0, wet=0.25, gain_db=-3)
    right.notes += [Note(n.beat, n.length * 1.3, n.pitch, 0.62) for n in line(FUR_ELISE_RIGHT)]
    left.notes += [Note(n.beat, n.length * 2, n.pitch, 0.55) for n in line(FUR_ELISE_LEFT)]
    return [right, left]


@cache
def _weber() -> list[list[Note]]:
    """The Concertino at sounding pitch, one list of notes a staff, in quarter notes."""
    from music21 import corpus

    staves = []
    for staff in corpus.parse("weber/concertino_clarinet").toSoundingPitch().parts:
        notes = []
        for item in staff.stripTies().flatten().notes:
            if item.duration.isGrace:
                continue
            loudness = (item.volume.getRealized() or 0.6) * 0.9
            for pitch in item.pitches:
                length = float(item.quarterLength) * 0.97
                notes.append(Note(float(item.offset), length, pitch.midi, loudness))
        staves.append(notes)
    return staves


def weber(start: float, beats: float) -> list[Part]:
    """An excerpt of the Concertino for clarinet with piano, from a beat of the score."""
    parts = [
        Part(program=71, pan=0.15, wet=0.35),
        Part(program=0, pan=-0.2, wet=0.25, gain_db=-4),
        Part(program=0, pan=-0.2, wet=0.25, gain_db=-4),
    ]
    for part, notes in zip(parts, _weber(), strict=True):
        part.notes += [
            Note(n.beat - start, n.length, n.pitch, n.loudness)
            for n in notes
            if start <= n.beat < start + beats
        ]
    return [part for part in parts if part.notes]

"""Hip-hop: the machine that plays the beats of hiphop.csv.

All beats are own compositions: harmony, drum programming and sound are chosen in the
table, the details by seeded chance.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from render import Music, seed_of
from theory import Chord, Part, Rng, above, melody, progression, scale_pitches, voices

SNARE, CLAP, RIM, HAT, OPEN_HAT, SHAKER, TAMBOURINE, COWBELL = 38, 39, 37, 42, 46, 70, 54, 56

# Two bars of sixteen steps: kick, snare, hi-hat. An R is a roll, an o an open hat.
BEATS = {
    "boom bap": (
        "x......x..x.....x..x...x..x.....",
        "....x.......x.......x.......x..x",
        "x.x.x.x.x.x.x.o.x.x.x.x.x.xxx.x.",
    ),
    "dusty": (
        "x.x.......x..x..x.x....x..x.....",
        "....x.......x.......x..x....x...",
        "x.x.x.xxx.x.x.x.x.x.x.x.x.x.x.o.",
    ),
    "lo-fi": (
        "x......x..x.....x......x.x......",
        "....x.......x.......x.......x...",
        "x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.",
    ),
    "trap": (
        "x.....x...x.....x..x......x...x.",
        "........x...............x.......",
        "x.x.x.R.x.x.x.x.x.x.R.x.x.xRx.x.",
    ),
    "drill": (
        "x..x......x..x..x.....x...x.....",
        "......x.......x.......x....x....",
        "x..x..x.x..x.Rx.x..x..x.x..xx.R.",
    ),
    "g-funk": (
        "x.....x.x.......x..x....x.x.....",
        "....x.......x.......x.......x...",
        "xxxxxxxxxxxxxxoxxxxxxxxxxxxxxxox",
    ),
    "electro": (
        "x.....x...x.....x.....x...x..x..",
        "....x.......x.......x.......x...",
        "x.x.x.x.x.x.x.x.x.x.x.x.x.xxx.x.",
    ),
    "bounce": (
        "x..x..x.....x...x..x..x...x.....",
        "....x.......x.......x.......x..x",
        "x.xxx.xxx.xxx.xxx.xxx.xxx.xxx.xx",
    ),
    "half": (
        "x.........x.....x......x..x.....",
        "........x...............x.......",
        "x...x...x...x...x...x...x.x.x.x.",
    ),
}
HOOKS: list[tuple[float, ...]] = [
    (0.5, 0.5, -0.5, 0.5, 1.0, -1.0),
    (0.75, 0.75, 0.5, -2.0),
    (-0.5, 0.5, 0.5, 0.5, 0.5, 1.5),
    (0.25, 0.25, 0.5, -1.0, 0.5, 0.5, 1.0),
    (1.5, 0.5, -1.0, 1.0),
]


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat: who, what, harmony, the instruments and how worn the record is.

    ``form`` has a letter every two bars: i keys alone, b drums and bass, a everything but
    the hook, h everything, d a drop without kick. ``comp`` is how the keys play.
    """

    title: str
    artist: str
    album: str
    year: int
    style: str
    bpm: float
    key: str
    scale: str
    chords: str
    groove: str
    comp: str
    keys: int
    hook: int
    bass: str
    form: str
    swing: float
    lowpass: float
    crackle: float
    kit: int


def read_beats() -> list[Beat]:
    """The table of beats."""
    with Path(__file__).with_name("hiphop.csv").open(newline="", encoding="utf-8") as stream:
        return [_beat(row) for row in csv.DictReader(stream)]


def _beat(row: dict[str, str]) -> Beat:
    whole = {name: int(row[name]) for name in ("year", "keys", "hook", "kit")}
    real = {name: float(row[name]) for name in ("bpm", "swing", "lowpass", "crackle")}
    return Beat(**{**row, **whole, **real})  # type: ignore[arg-type]


def compose(beat: Beat) -> Music:
    """Program the beat for the length of a clip."""
    rng = np.random.default_rng(seed_of(beat.title))
    music = Music(
        beat.bpm,
        swing=beat.swing,
        looseness=0.004,
        room=0.8,
        lowpass=beat.lowpass,
        crackle=beat.crackle,
        saturation=0.35,
    )
    machine = Machine(beat, rng)
    bars = int(np.ceil(music.beats / 4)) + 1
    for bar in range(bars):
        machine.bar(bar, beat.form[min(bar // 2, len(beat.form) - 1)])
    machine.hook_line(bars)
    music.parts = machine.parts()
    return music


class Machine:
    """Drum machine, bass and keys of one beat."""

    def __init__(self, beat: Beat, rng: Rng) -> None:
        self.beat, self.rng = beat, rng
        self.chords = progression(beat.chords)
        dark = beat.style in {"trap", "drill"}
        self.voiced = voices(self.chords, 58 if dark else 62, 4)
        self.kick = Part(voice="kick", gain_db=4, wet=0.0)
        self.thump = Part(program=beat.kit, drums=True, gain_db=-4, wet=0.02)
        self.drums = Part(program=beat.kit, drums=True, gain_db=3, wet=0.12)
        self.hats = Part(program=beat.kit, drums=True, gain_db=-9, pan=0.15, wet=0.05)
        self.sub = Part(voice="sub", gain_db=4 if beat.bass == "808" else 0, wet=0.0, duck=True)
        fonts = {"upright": 32, "synth": 38, "soft": 33, "808": 39}
        self.bass = Part(program=fonts[beat.bass], gain_db=-2, wet=0.02, duck=True, lowpass=900)
        self.keys = Part(
            program=beat.keys,
            gain_db=-6,
            pan=-0.2,
            wet=0.25,
            duck=True,
            lowpass=3_500 if beat.crackle else 0.0,
        )
        self.hook = Part(program=beat.hook, gain_db=-7, pan=0.25, wet=0.4, duck=dark)
        self.air = Part(program=89, gain_db=-12, pan=0.0, wet=0.4, duck=True)
        self.pattern = self._bass_pattern()

    def parts(self) -> list[Part]:
        every = [
            self.kick,
            self.thump,
            self.drums,
            self.hats,
            self.sub,
            self.bass,
            self.keys,
            self.hook,
            self.air,
        ]
        return [part for part in every if part.notes]

    def bar(self, bar: int, letter: str) -> None:
        index = bar % len(self.chords)
        at = bar * 4.0
        if letter in "ahbd":
            self._drums(bar, kick=letter != "d")
        if letter == "d" and self.beat.kit == 0:
            self._scratch(at)
        if letter in "ahb":
            self._low(at, self.chords[index], bar)
        if letter in "iahd":
            self._comp(at, self.chords[index], self.voiced[index])
        if letter in "hd" and self.beat.style in {"trap", "drill", "alternative hip hop"}:
            self.air.chord(at, 3.9, self.voiced[index], 0.5)

    def _drums(self, bar: int, *, kick: bool) -> None:
        kicks, snares, hats = BEATS[self.beat.groove]
        first, turn = (bar % 2) * 16, bar % 4 == 3
        snare = CLAP if self.beat.kit == 25 else SNARE
        for i in range(16):
            at, step = bar * 4 + i / 4, first + i
            if kick and kicks[step] == "x" and not (turn and i > 12):
                self.kick.add(at, 0.25, 36, 0.95 if i % 8 == 0 else 0.82)
                self.thump.add(at, 0.25, 36, 0.7)
            if snares[step] == "x":
                self.drums.add(at, 0.25, snare, 0.92 if i % 4 == 0 else 0.6)
                if self.beat.kit == 25 and i % 4 == 0:
                    self.drums.add(at, 0.25, 40, 0.7)
            elif self.rng.random() < 0.05 and self.beat.kit == 0:
                self.drums.add(at, 0.25, snare, 0.25)
            self._hat(at, hats[step], i)
        if turn:
            for i in (13, 14, 15):
                if self.rng.random() < 0.6:
                    self.drums.add(bar * 4 + i / 4, 0.2, snare, 0.4 + 0.1 * (i - 12))
        if self.beat.style in {"g-funk", "electro"}:
            for i in (4, 12):
                self.hats.add(bar * 4 + i / 4, 0.2, TAMBOURINE, 0.6)
        if self.beat.style == "electro":
            for i in (0, 3, 6, 10, 12):
                self.hats.add(bar * 4 + i / 4, 0.2, COWBELL, 0.5)

    def _scratch(self, at: float) -> None:
        """A record pushed and pulled under the needle, where the bass drum is silent."""
        for onset, key in ((2.0, 29), (2.25, 30), (2.5, 29), (3.0, 29), (3.25, 30), (3.5, 30)):
            if self.rng.random() < 0.8:
                self.hats.add(at + onset, 0.2, key, 0.8)

    def _hat(self, at: float, mark: str, step: int) -> None:
        force = (0.62 if step % 4 == 0 else 0.5 if step % 2 == 0 else 0.36) + 0.1
        if mark == "x":
            self.hats.add(at, 0.2, HAT, force)
        elif mark == "o":
            self.hats.add(at, 0.4, OPEN_HAT, 0.6)
        elif mark == "R":
            hits = int(self.rng.choice([3, 4, 6]))
            for k in range(hits):
                self.hats.add(at + 0.5 * k / hits, 0.05, HAT, 0.4 + 0.35 * k / hits)

    def _bass_pattern(self) -> list[tuple[float, float, int]]:
        """Two bars of bass that start with the kicks: onset, length, semitones above the root."""
        kicks = BEATS[self.beat.groove][0]
        onsets = [i / 4 for i, mark in enumerate(kicks) if mark == "x"]
        walking = self.beat.bass in {"upright", "synth"}
        if walking:
            onsets = sorted({*onsets, 3.5, 7.5, 5.5})
        ends = [*onsets[1:], 8.0]
        steps = [0, 0, 7, 12, 10] if walking else [0, 0, 0, 12 if self.beat.bass == "808" else 7]
        return [
            (
                at,
                min(end - at, 2.5 if self.beat.bass == "808" else 1.2) * 0.95,
                0 if at % 4 == 0 else int(self.rng.choice(steps)),
            )
            for at, end in zip(onsets, ends, strict=True)
        ]

    def _low(self, at: float, chord: Chord, bar: int) -> None:
        half = (bar % 2) * 4.0
        for onset, length, step in self.pattern:
            if half <= onset < half + 4:
                beat = at + onset - half
                pitch = above(chord.bass, 28) + step
                deep = pitch if pitch < 41 else pitch - 12
                self.sub.add(beat, length, deep, 0.85)
                if self.beat.bass != "808":
                    self.bass.add(beat, length, pitch if pitch < 48 else pitch - 12, 0.85)

    def _comp(self, at: float, chord: Chord, laid: list[int]) -> None:
        match self.beat.comp:
            case "pad":
                self.keys.chord(at, 3.95, laid, 0.7)
            case "stabs":
                for onset, length in ((0.0, 1.4), (1.75, 0.6), (2.5, 1.2)):
                    if onset == 0 or self.rng.random() < 0.75:
                        self.keys.chord(at + onset, length, laid, 0.75 - 0.08 * (onset > 0))
            case "arp":
                order = [0, 2, 1, 3, 2, 1, 3, 2]
                for i, place in enumerate(order):
                    pitch = laid[place % len(laid)] + 12
                    self.keys.add(at + i / 2, 0.6, pitch, 0.75 if i % 2 == 0 else 0.6)
            case "loop":
                # A chopped sample: the chord, its echo, and a little run to the next one.
                self.keys.chord(at, 1.9, laid, 0.75)
                self.keys.chord(at + 2.25, 0.5, laid[1:], 0.55)
                for i, place in enumerate((-1, -2, 0)):
                    self.keys.add(at + 2.75 + i * 0.375, 0.4, laid[place] + 12, 0.62)

    def hook_line(self, bars: int) -> None:
        """A short tune, the same every four bars, where the form calls for it."""
        chords = [self.chords[bar % len(self.chords)] for bar in range(4)]
        low = 58 if self.beat.hook in {27, 48, 56, 65, 66} else 66
        pitches = scale_pitches(self.beat.key, self.beat.scale, low, low + 19)
        tune = melody(self.rng, chords, pitches, HOOKS, leap=0.3)
        for bar in range(0, bars, 4):
            for note in tune:
                beat = bar * 4 + note.beat
                letter = self.beat.form[min(int(beat // 8), len(self.beat.form) - 1)]
                if letter in "hd":
                    self.hook.add(beat, note.length * 0.95, note.pitch, note.loudness)

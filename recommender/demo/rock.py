"""Twenty rock pieces: a table of songs, and the band that plays them.

All songs are own compositions: a few words of harmony and style each, from which seeded
players make riffs, fills and solos.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    """A song: who, what, and the harmony and manner of its two sections."""

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
    verse_feel: tuple[str, str]
    chorus_feel: tuple[str, str]
    lead: int | None = 30
    extra: int | None = None
    drive: float = 5.0


SONGS = [
    Song(
        "Concrete Lullaby",
        "The Copper Kites",
        "Static Weather",
        2009,
        "alternative rock",
        124,
        "E",
        "minor pentatonic",
        "Em Em C D",
        "C G D Em",
        "VVCC",
        ("rock", "palm"),
        ("drive", "eighths"),
        30,
    ),
    Song(
        "Paper Engines",
        "The Copper Kites",
        "Static Weather",
        2009,
        "alternative rock",
        138,
        "A",
        "minor pentatonic",
        "Am F Am G",
        "F C G Am",
        "VCVC",
        ("drive", "riff"),
        ("drive", "ring"),
        29,
    ),
    Song(
        "Winter Fuse",
        "The Copper Kites",
        "Second Horizon",
        2012,
        "power ballad",
        76,
        "D",
        "major pentatonic",
        "D A/C# Bm G",
        "G D A Bm",
        "VC",
        ("ballad", "arpeggio"),
        ("half", "ring"),
        29,
        48,
    ),
    Song(
        "Rattle the Cage",
        "Dead Pixel Parade",
        "Loud Enough for Mum",
        2004,
        "punk",
        184,
        "G",
        "major",
        "G5 G5 C5 D5",
        "G5 D5 E5 C5",
        "VVCCVVCC",
        ("punk", "eighths"),
        ("punk", "eighths"),
        None,
    ),
    Song(
        "No Refunds",
        "Dead Pixel Parade",
        "Loud Enough for Mum",
        2004,
        "punk",
        200,
        "A",
        "major",
        "A5 D5 A5 E5",
        "D5 E5 A5 F#5",
        "VCVCVCVC",
        ("punk", "palm"),
        ("punk", "eighths"),
        None,
    ),
    Song(
        "Bus Stop Anthem",
        "Dead Pixel Parade",
        "Growing Down",
        2007,
        "pop punk",
        172,
        "D",
        "major pentatonic",
        "D5 A5 B5 G5",
        "G5 A5 D5 D5",
        "VVCCVVCC",
        ("drive", "palm"),
        ("punk", "eighths"),
        30,
    ),
    Song(
        "Iron Harvest",
        "Grimholt",
        "The Anvil Year",
        1998,
        "heavy metal",
        152,
        "E",
        "phrygian",
        "E5 E5 F5 E5",
        "C5 D5 E5 G5",
        "VVCCVV",
        ("metal", "gallop"),
        ("metal", "ring"),
        30,
        None,
        9.0,
    ),
    Song(
        "Ash Cathedral",
        "Grimholt",
        "The Anvil Year",
        1998,
        "doom metal",
        72,
        "D",
        "phrygian",
        "D5 D5 Eb5 D5",
        "D5 Bb5 C5 A5",
        "VC",
        ("half", "ring"),
        ("half", "stabs"),
        30,
        19,
        10.0,
    ),
    Song(
        "Wolves of the Fjord",
        "Grimholt",
        "Northmark",
        2001,
        "heavy metal",
        168,
        "B",
        "minor",
        "B5 G5 A5 F#5",
        "G5 A5 B5 D5",
        "VVCCVC",
        ("drive", "tremolo"),
        ("metal", "gallop"),
        30,
        None,
        8.0,
    ),
    Song(
        "Highway Chapel",
        "Marlowe & the Union",
        "Red Dirt Radio",
        1977,
        "hard rock",
        118,
        "A",
        "blues",
        "A5 A5 D5 A5",
        "D5 A5 E5 A5",
        "VVCC",
        ("rock", "riff"),
        ("rock", "stabs"),
        29,
        18,
        4.0,
    ),
    Song(
        "Kerosene Waltz",
        "Marlowe & the Union",
        "Red Dirt Radio",
        1977,
        "blues rock",
        108,
        "E",
        "blues",
        "E7 E7 A7 E7",
        "A7 E7 B7 E7",
        "VVC",
        ("shuffle", "riff"),
        ("shuffle", "stabs"),
        29,
        18,
        3.0,
    ),
    Song(
        "Long Way to Ada",
        "Marlowe & the Union",
        "Tall Grass",
        1981,
        "southern rock",
        96,
        "G",
        "major pentatonic",
        "G F C G",
        "C G D G",
        "VCV",
        ("rock", "strum"),
        ("rock", "ring"),
        29,
        16,
        3.0,
    ),
    Song(
        "Saltwater Static",
        "The Tidal Lamps",
        "Neon Pier",
        1964,
        "surf rock",
        160,
        "E",
        "harmonic",
        "Em Em Am Em",
        "Am Em B7 Em",
        "VVCCVV",
        ("surf", "offbeat"),
        ("surf", "strum"),
        27,
        None,
        0.8,
    ),
    Song(
        "Moon Over Pier Nine",
        "The Tidal Lamps",
        "Neon Pier",
        1964,
        "instrumental rock",
        132,
        "A",
        "harmonic",
        "Am G F E",
        "Dm Am E Am",
        "VVCC",
        ("rock", "arpeggio"),
        ("surf", "strum"),
        27,
        16,
        0.8,
    ),
    Song(
        "Glass Bicycles",
        "Velvet Orchard",
        "Kaleidoscope Lane",
        1968,
        "psychedelic rock",
        104,
        "D",
        "mixolydian",
        "D C G D",
        "Bm G D A",
        "VCVC",
        ("rock", "arpeggio"),
        ("drive", "strum"),
        29,
        18,
        2.5,
    ),
    Song(
        "Marmalade Morning",
        "Velvet Orchard",
        "Kaleidoscope Lane",
        1968,
        "psychedelic pop",
        92,
        "C",
        "mixolydian",
        "C Bb F C",
        "Am F C G",
        "VC",
        ("ballad", "strum"),
        ("rock", "ring"),
        104,
        48,
        2.5,
    ),
    Song(
        "Satellite Hearts",
        "Juno Harbour",
        "Afterlight",
        2014,
        "indie rock",
        128,
        "F",
        "major pentatonic",
        "F Am C G",
        "Dm Bb F C",
        "VVCC",
        ("disco", "offbeat"),
        ("disco", "eighths"),
        81,
        89,
        2.5,
    ),
    Song(
        "Slow Departures",
        "Juno Harbour",
        "Afterlight",
        2014,
        "indie rock",
        84,
        "C",
        "major pentatonic",
        "Cmaj7 Em Am F",
        "F G Am C",
        "VC",
        ("half", "arpeggio"),
        ("ballad", "ring"),
        81,
        89,
        2.5,
    ),
    Song(
        "Hollow Season",
        "Ember Collective",
        "Dust & Wire",
        1993,
        "grunge",
        112,
        "E",
        "minor",
        "E5 G5 A5 C5",
        "E5 D5 A5 C5",
        "VVCC",
        ("rock", "arpeggio"),
        ("drive", "eighths"),
        None,
        None,
        7.0,
    ),
    Song(
        "Carry the River",
        "Ember Collective",
        "Dust & Wire",
        1993,
        "acoustic rock",
        102,
        "G",
        "major pentatonic",
        "G Em C D",
        "C D Em G",
        "VVC",
        ("none", "strum"),
        ("ballad", "strum"),
        27,
        21,
        1.2,
    ),
]


def compose(song: Song) -> Music:
    """Let the band play the song for the length of a clip."""
    rng = np.random.default_rng(seed_of(song.title))
    music = Music(song.bpm, saturation=0.5, room=1.1, looseness=0.005)
    if "shuffle" in song.verse_feel:
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
        self.drums = Part(program=16 if heavy else 0, drums=True, gain_db=5, wet=0.1)
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
        feel, figure = self.song.verse_feel if letter == "V" else self.song.chorus_feel
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

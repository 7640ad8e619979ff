"""Twenty classical pieces: public-domain works, and own compositions in older styles.

The own pieces are a harmony written by hand, laid out for an ensemble; the melodies over
it are seeded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import scores
from ensembles import LAYOUTS, Setting
from render import SECONDS, Music, seed_of
from theory import Part, above, line, progression, voices


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of the programme: what it is, where its notes come from, how to make it."""

    title: str
    artist: str
    album: str
    year: int
    style: str
    source: str
    make: Callable[[], Music]


def _flow(bpm: float, phrase: float, rubato: float) -> Callable[[float], float]:
    """Seconds at a beat, a little slower where phrases begin and end."""

    def seconds(beat: float) -> float:
        breath = rubato * phrase / (2 * np.pi) * np.sin(2 * np.pi * beat / phrase)
        return float((beat + breath) * 60 / bpm)

    return seconds


def _shape(parts: list[Part], phrase: float) -> None:
    """Let every phrase grow and fade, and every other one be softer."""
    for part in parts:
        part.notes = [replace(n, loudness=n.loudness * _swell(n.beat, phrase)) for n in part.notes]


def _swell(beat: float, phrase: float) -> float:
    softer = 0.86 if int(beat // phrase) % 2 else 1.0
    return softer * (0.86 + 0.22 * float(np.sin(np.pi * (beat % phrase) / phrase)))


def play(
    parts: list[Part],
    bpm: float,
    phrase: float,
    *,
    rubato: float = 0.03,
    room: float = 1.8,
    mono: bool = False,
    looseness: float = 0.008,
) -> Music:
    """A performance: parts with phrasing, rubato and a hall; it fades where the clip ends."""
    _shape(parts, phrase)
    return Music(
        bpm,
        parts,
        looseness=looseness,
        room=room,
        fade_out=1.5,
        mono=mono,
        tempo=_flow(bpm, phrase, rubato),
    )


def ode_to_joy() -> Music:
    """The tune for choir and organ; the harmony in four parts is ours."""
    chords = progression(scores.ODE_CHORDS)
    tune = line(scores.ODE)
    organ, choir, pedal = (
        Part(program=19, wet=0.5, gain_db=-3),
        Part(program=52, wet=0.5),
        Part(program=19, wet=0.4, gain_db=-4),
    )
    for i, (chord, laid) in enumerate(zip(chords, voices(chords, 57, 3), strict=True)):
        organ.chord(i * 2.0, 1.95, laid, 0.6)
        pedal.add(i * 2.0, 1.95, above(chord.bass, 36), 0.6)
        if i >= 16:
            choir.chord(i * 2.0, 1.95, laid, 0.6)
    for note in tune:
        organ.add(note.beat, note.length, note.pitch + 12, 0.7)
        choir.add(note.beat, note.length, note.pitch + 12, 0.75)
    return play([organ, choir, pedal], 132, 16, rubato=0.02, room=3.0)


def compose(title: str, setting: Setting) -> Music:
    """Lay an own composition out for its ensemble, ending with the clip."""
    rng = np.random.default_rng(seed_of(title))
    # The tempo gives way a little so that the last bar comes to rest before the cut.
    phrases = max(1, round((SECONDS - 2.0) * setting.bpm / 60 / setting.beats / 4))
    bpm = phrases * 4 * setting.beats * 60 / (SECONDS - 2.0)
    written = progression(setting.chords)
    chords = [written[i % len(written)] for i in range(phrases * 4)]
    chords[-1] = written[0]
    parts = LAYOUTS[setting.layout](rng, chords, setting)
    return play(parts, bpm, 4.0 * setting.beats, rubato=setting.rubato, room=setting.room)


def _own(title: str, artist: str, album: str, year: int, style: str, setting: Setting) -> Piece:
    return Piece(
        title, artist, album, year, style, "own composition", partial(compose, title, setting)
    )


def _known(
    title: str,
    composer: str,
    album: str,
    year: int,
    style: str,
    make: Callable[[], Music],
    source: str = "public-domain work, own encoding",
) -> Piece:
    return Piece(title, composer, album, year, style, source, make)


def _weber(start: float, bpm: float) -> Music:
    return play(scores.weber(start, 75.0), bpm, 16, rubato=0.02, looseness=0.006)


WEBER = "public-domain work, encoding by O. Seely (public domain)"
CONCERTINO = partial(
    _known, composer="Carl Maria von Weber", album="Concertino, Op. 26", year=1811, source=WEBER
)

PIECES = [
    _known(
        "Prelude in C major, BWV 846",
        "Johann Sebastian Bach",
        "The Well-Tempered Clavier",
        1722,
        "baroque keyboard",
        lambda: play(scores.prelude_in_c(), 74, 16, rubato=0.04),
    ),
    _known(
        "Prelude in G major, BWV 1007",
        "Johann Sebastian Bach",
        "Cello Suites",
        1720,
        "baroque solo cello",
        lambda: play(scores.cello_prelude(), 80, 8, rubato=0.05, mono=True),
    ),
    _known(
        "Minuet in G major",
        "Christian Petzold",
        "Notebook for Anna Magdalena Bach",
        1725,
        "baroque harpsichord",
        lambda: play(scores.minuet(), 136, 12, rubato=0.02),
    ),
    _known(
        "Canon in D",
        "Johann Pachelbel",
        "Canon and Gigue",
        1694,
        "baroque strings",
        lambda: play(scores.canon_in_d(), 116, 16, rubato=0.02, room=2.2),
    ),
    _known(
        "Für Elise",
        "Ludwig van Beethoven",
        "Bagatelles",
        1810,
        "piano miniature",
        lambda: play(scores.fur_elise(), 70, 12, rubato=0.04),
    ),
    _known(
        "Ode to Joy, for choir and organ",
        "Ludwig van Beethoven",
        "Symphony No. 9",
        1824,
        "choir and organ",
        ode_to_joy,
    ),
    _known(
        "Gymnopédie No. 1",
        "Erik Satie",
        "Trois Gymnopédies",
        1888,
        "impressionist piano",
        lambda: play(scores.gymnopedie(), 82, 12, rubato=0.04, room=2.2),
    ),
    CONCERTINO("Concertino: Adagio", style="clarinet and piano", make=lambda: _weber(33.0, 66.0)),
    CONCERTINO("Concertino: Theme", style="clarinet and piano", make=lambda: _weber(115.0, 92.0)),
    CONCERTINO("Concertino: Finale", style="clarinet and piano", make=lambda: _weber(547.0, 144.0)),
    _own(
        "Quartet in D major: Allegro",
        "Ensemble Lindenhof",
        "Three Quartets",
        1789,
        "string quartet",
        Setting("D", "major", "D G A7 D Bm Em A7 D D G D A Em A7 Bm G", "quartet", 132),
    ),
    _own(
        "Quartet in G minor: Adagio",
        "Ensemble Lindenhof",
        "Three Quartets",
        1789,
        "string quartet",
        Setting("G", "harmonic", "Gm D7 Eb Cm Gm Cm D D7", "quartet", 68, 4, 0.05),
    ),
    _own(
        "Quartet in F major: Menuetto",
        "Ensemble Lindenhof",
        "Three Quartets",
        1791,
        "string quartet",
        Setting("F", "major", "F C7 F Bb Gm C F C7 Dm Gm C F", "quartet", 126, 3),
    ),
    _own(
        "Sonatina in A major",
        "Marta Quellen",
        "Evening Pieces",
        1838,
        "piano sonatina",
        Setting("A", "major", "A E7 A D Bm E A E7 F#m D Bm E7", "alberti", 120),
    ),
    _own(
        "Nocturne in B minor",
        "Marta Quellen",
        "Evening Pieces",
        1838,
        "piano nocturne",
        Setting("B", "harmonic", "Bm Em F#7 Bm G Em C#dim F#7", "nocturne", 76, 4, 0.07, 2.2),
    ),
    _own(
        "Waltz by the Lake",
        "Marta Quellen",
        "Album Leaves",
        1844,
        "piano waltz",
        Setting("Eb", "major", "Eb Bb7 Eb Ab Fm Bb7 Gm Cm Fm Bb7", "nocturne", 138, 3, 0.05),
    ),
    _own(
        "Divertimento for Three Winds",
        "Collegium Aubrac",
        "Garden Music",
        1776,
        "wind trio",
        Setting("Bb", "major", "Bb Eb F7 Bb Gm Cm F7 Bb", "wind trio", 112),
    ),
    _own(
        "Toccata in A minor",
        "Collegium Aubrac",
        "Garden Music",
        1776,
        "harpsichord",
        Setting("A", "harmonic", "Am Dm G C F Dm7 E7 Am", "toccata", 104, 4, 0.02),
    ),
    _own(
        "Evening Motet",
        "Cantoria Sankt Veit",
        "Music for a Small Church",
        1612,
        "choral",
        Setting("D", "dorian", "Dm Am F C Bb F Gm A", "motet", 72, 4, 0.04, 3.5),
    ),
    _own(
        "Sinfonia pastorale",
        "Cantoria Sankt Veit",
        "Music for a Small Church",
        1768,
        "small orchestra",
        Setting("C", "major", "C F G7 C Am Dm G G7", "orchestra", 104, 4, 0.03, 2.4),
    ),
]

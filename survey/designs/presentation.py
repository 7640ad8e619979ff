"""In which order a participant hears a playlist, and what is hidden among it: pure and seeded."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

# A repeat that follows its first hearing at once would be noticed, and tell nothing.
APART = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """One track to hear. entry : its place in the playlist, None for what is hidden among it.
    role : recommended, repeat, query or random."""

    track: int
    entry: int | None
    role: str


def lay_out(
    entries: Sequence[tuple[int, int]],
    *,
    shuffled: bool,
    repeat: bool,
    query: int | None,
    stranger: int | None,
    seed: int,
) -> list[Heard]:
    """The tracks in the order of hearing.

    Parameters
    ----------
    entries : (entry, track) of the playlist, nearest first.
    shuffled : in random order instead.
    repeat : one track comes a second time, at least three places after the first, which shows how
        consistent somebody's ratings are (test–retest). Left out of playlists too short for it.
    query : the query song's track, hidden as a high anchor; None for none.
    stranger : a track from outside, hidden as a low anchor; None for none. Anchors are those of
        MUSHRA (ITU-R BS.1534), with which a participant who doesn't tell tracks apart stands out.
    seed : the same gives the same order.

    Returns
    -------
    The playlist's tracks in their order with the hidden ones among them, never as the first: that
    one is where people find out how the page works.
    """
    chance = random.Random(seed)
    heard = [Heard(track, entry, "recommended") for entry, track in entries]
    if shuffled:
        chance.shuffle(heard)
    for track, role in ((query, "query"), (stranger, "random")):
        if track is not None and heard:
            heard.insert(chance.randint(1, len(heard)), Heard(track, None, role))
    if repeat:
        _insert_repeat(heard, chance)
    return heard


def _insert_repeat(heard: list[Heard], chance: random.Random) -> None:
    firsts = [
        place
        for place, one in enumerate(heard)
        if one.entry is not None and place + APART <= len(heard)
    ]
    if firsts:
        place = chance.choice(firsts)
        again = Heard(heard[place].track, heard[place].entry, "repeat")
        heard.insert(chance.randint(place + APART, len(heard)), again)

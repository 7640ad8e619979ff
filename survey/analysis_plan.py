"""What is to be analysed and how, said before there are data: a study's analysis plan. Pure.

In a study's file it is a document of names and values; `Plan.of` makes it a plan. What is wrong is
said in words, with the way that leads to it in the document: by itself (`misfits`), or against what
the study asks and compares (`contradictions`).
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import combinations
from typing import Any

ALPHA = 0.05

# What ratings can be compared with: the numbers that a report measures playlists by.
METRICS = (
    *("coverage", "cohesion_artist_pair", "cohesion_genre_pair", "cohesion_genre_adjacent"),
    *("cohesion_genre_query", "chance", "entropy_bits", "entropy_normalised"),
    *("soft_entropy_within_bits", "soft_entropy_total_bits", "soft_entropy_divergence_bits"),
    *("diversity", "diversity_cosine", "compactness", "query_distance", "novelty_bits"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who or what is left out. `setting` is the study's that marks it; empty: none is needed."""

    name: str
    label: str
    levels: tuple[str, ...]
    setting: str = ""


PARTICIPANT, PLAYLIST = "participant", "playlist"
RULES = {
    rule.name: rule
    for rule in (
        Rule("incomplete", "who has not completed the study", (PARTICIPANT,)),
        Rule(
            "failed_check",
            "who failed an attention check; if it was about a playlist, that playlist",
            (PARTICIPANT, PLAYLIST),
            "flag_failed_checks",
        ),
        Rule(
            "sound_check",
            "who failed the sound check or could not hear it",
            (PARTICIPANT,),
            "flag_failed_checks",
        ),
        Rule(
            "straight_lining",
            "playlists whose tracks were all rated alike",
            (PLAYLIST,),
            "flag_straight_lining",
        ),
        Rule("too_fast", "playlists rated too fast", (PLAYLIST,), "flag_seconds_a_track"),
        Rule("little_heard", "playlists of which too little was heard", (PLAYLIST,),
             "flag_heard_share"),
    )
}  # fmt: skip
# Of a study: what decides whom the rules can leave out.
SETTINGS = frozenset(rule.setting for rule in RULES.values()) - {""}

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]
OUTCOME = re.compile(r"[-\w]+\.[-\w]+(\.[-\w]+)?", re.ASCII)


class PlanError(ValueError):
    """What was given is no plan; the message says why, in a researcher's words."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An analysis as it was planned; the empty one, which is false, is none.

    `outcome` is KEY.KEY of an instrument and one of its scales, or KEY.KEY.ROW. Without `contrasts`
    every pair of conditions is compared. The bounds are the smallest differences of interest: in
    points of the outcome's scale, and as a correlation. Metrics and exclusions come in the order of
    METRICS and RULES, however they were given.
    """

    hypothesis: str = ""
    outcome: str = ""
    contrasts: tuple[tuple[str, str], ...] = ()
    metrics: tuple[str, ...] = ()
    equivalence_bound: float | None = None
    correlation_bound: float | None = None
    alpha: float = ALPHA
    exclusions: tuple[str, ...] = ()
    participants: int | None = None

    @classmethod
    def of(cls, document: Any) -> "Plan":
        """The plan that a document says; of an empty one, the empty plan.

        Raises PlanError with everything that is wrong with it.
        """
        if found := [said for _path, said in (*misfits(document), *contradictions(document))]:
            raise PlanError(" ".join(found))
        if not document:
            return cls()
        given = {name: document[name] for name in _NUMBERS if name in document}
        return cls(
            hypothesis=document.get("hypothesis", "").replace("\r\n", "\n").strip(),
            outcome=document["outcome"],
            contrasts=tuple((a, b) for a, b in document.get("contrasts", ())),
            metrics=tuple(name for name in METRICS if name in document.get("metrics", ())),
            exclusions=tuple(name for name in RULES if name in document.get("exclusions", ())),
            **{name: _NUMBERS[name](value) for name, value in given.items()},
        )

    def __bool__(self) -> bool:
        return bool(self.outcome)

    @property
    def document(self) -> dict[str, Any]:
        """As a study's file says it: the same plan gives the same document.

        What is empty is left out, except that a plan always says its α and whom it leaves out.
        """
        if not self:
            return {}
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        values["contrasts"] = [list(pair) for pair in self.contrasts]
        values |= {"metrics": list(self.metrics), "exclusions": list(self.exclusions)}
        empty: tuple[object, ...] = ("", None, [])
        return {n: v for n, v in values.items() if n == "exclusions" or v not in empty}

    @property
    def sha256(self) -> str:
        """Of the document's canonical JSON: names sorted, no spaces, UTF-8; empty if no plan."""
        if not self:
            return ""
        canonical = json.dumps(
            self.document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def settings(self) -> frozenset[str]:
        """The study's settings that decide whom the plan leaves out."""
        return frozenset(RULES[name].setting for name in self.exclusions) - {""}

    def pairs(self, conditions: Sequence[str]) -> list[tuple[str, str]]:
        """What is compared as planned: the contrasts, or every pair of the conditions."""
        return list(self.contrasts) or list(combinations(conditions, 2))


KEYS = tuple(one.name for one in fields(Plan))
_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "equivalence_bound": float,
    "correlation_bound": float,
    "alpha": float,
    "participants": int,
}


# What is wrong with a document alone


def _is_number(value: Any, low: float, high: float) -> bool:
    """Whether it is a number between both, neither of them included."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low < value < high


def _are_pairs(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(name and isinstance(name, str) for name in pair)
        for pair in value
    )


def _are_among(known: Collection[str]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        listed = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
        return listed and set(value) <= set(known) and len(set(value)) == len(value)

    return fits


EXAMPLE = 'It is names and values, such as {"outcome": "track.liking", "alpha": 0.05}.'
PAIR = 'A contrast is a pair of conditions, such as ["cnn", "random"].'
# What each part has to be; a study's file is told the same by its schema.
SHAPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "hypothesis": (lambda value: isinstance(value, str), "The hypothesis is a text."),
    "outcome": (
        lambda value: isinstance(value, str) and bool(OUTCOME.fullmatch(value)),
        "The outcome is a question, named by its instrument's key, a dot and its own key, such as "
        "track.liking; a row of several follows after another dot.",
    ),
    "contrasts": (_are_pairs, PAIR),
    "metrics": (
        _are_among(METRICS),
        f"Metrics are a list of these, each once: {', '.join(METRICS)}.",
    ),
    "equivalence_bound": (
        lambda value: _is_number(value, 0, float("inf")),
        "The smallest difference of interest is a number above 0, in points of the scale.",
    ),
    "correlation_bound": (
        lambda value: _is_number(value, 0, 1),
        "The smallest correlation of interest is a number above 0 and below 1.",
    ),
    "alpha": (lambda value: _is_number(value, 0, 0.5), "α is a number above 0 and below 0.5."),
    "exclusions": (
        _are_among(RULES),
        f"Exclusions are a list of these, each once: {', '.join(RULES)}.",
    ),
    "participants": (
        lambda value: type(value) is int and 0 < value < 1_000_000,
        "How many participants are planned is a whole number from 1 up.",
    ),
}


def misfits(document: Any) -> Found:
    """What has not the shape of a plan. An empty document is no plan, and nothing wrong."""
    if not isinstance(document, Mapping):
        yield (), EXAMPLE
        return
    for name in document:
        if name not in SHAPES:
            yield (name,), f"A plan has no “{name}”; it has {', '.join(SHAPES)}."
    if document and "outcome" not in document:
        yield (), "A plan needs its outcome: what is compared, or set against the metrics."
    for name, (fits, said) in SHAPES.items():
        if name in document and not fits(document[name]):
            yield (name,), said


# What does not agree


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan has to know of its study.

    `scales` are those that tracks and playlists are rated on, by name, with their lowest and
    highest point; `unmarked` the settings by which nothing is marked.
    """

    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    conditions: Collection[str] = ()
    unmarked: Collection[str] = ()


def contradictions(document: Any, study: Known | None = None) -> Found:
    """What does not agree in a document, or with the study; parts without shape are passed over."""
    if not isinstance(document, Mapping):
        return
    given = {
        n: document[n] for n, (fits, _) in SHAPES.items() if n in document and fits(document[n])
    }
    yield from _pairs(given.get("contrasts", ()))
    if study:
        yield from _outcome(given, study.scales)
        yield from _conditions(given.get("contrasts", ()), study.conditions)
        yield from _exclusions(given.get("exclusions", ()), study.unmarked)


def _pairs(contrasts: Sequence[Sequence[str]]) -> Found:
    seen: list[set[str]] = []
    for index, (a, b) in enumerate(contrasts):
        if a == b:
            yield ("contrasts", index), f"“{a}” can't be compared with itself."
        elif {a, b} in seen:
            yield ("contrasts", index), f"“{a}” and “{b}” are compared already."
        seen.append({a, b})


def _outcome(given: Mapping[str, Any], scales: Mapping[str, tuple[float, float]]) -> Found:
    name = given.get("outcome")
    if name is None:
        return
    if name not in scales:
        rows = [scale for scale in scales if scale.startswith(f"{name}.")]
        wrong = "It takes one of its rows" if rows else "No track or playlist is rated on it"
        known = ", ".join(rows or scales) or "none yet"
        yield ("outcome",), f"“{name}” can't be the outcome. {wrong}; there are: {known}."
        return
    low, high = scales[name]
    if given.get("equivalence_bound", 0) > high - low:
        yield (
            ("equivalence_bound",),
            f"No difference on “{name}” can be larger than {high - low:g}: it goes from {low:g} to "
            f"{high:g}.",
        )


def _conditions(contrasts: Sequence[Sequence[str]], known: Collection[str]) -> Found:
    for index, pair in enumerate(contrasts):
        for side, name in enumerate(pair):
            if name not in known:
                there = ", ".join(known) or "none yet"
                yield (
                    ("contrasts", index, side),
                    f"There is no condition “{name}”; there are: {there}.",
                )


def _exclusions(rules: Sequence[str], unmarked: Collection[str]) -> Found:
    for index, name in enumerate(rules):
        if RULES[name].setting in unmarked:
            said = f"The study does not mark it: “{name}” needs {RULES[name].setting}."
            yield ("exclusions", index), said

"""Scores made of answers: reversed questions, means, sums, and SUS. Pure: no Django.

A question that was not shown, was left out, or was answered with “don't know” is missing: it
has no point, and counts neither as the middle nor as the lowest point of its scale. A score
needs `min_answered` questions with a point, all of them unless the study says otherwise; with
fewer there is none. With some missing, a mean is that of the others, and a sum is that mean
times the number of questions, so that it keeps its range.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question with points from `low` to `high`; `reversed`: a high point says little."""

    key: str
    low: int
    high: int
    reversed: bool = False

    def scored(self, point: float) -> float:
        """The point, counted from the other end when reversed: low + high − point."""
        return self.low + self.high - point if self.reversed else point


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is None where too few questions were answered."""

    value: float | None
    n_items: int
    n_answered: int


def mean(points: Sequence[float | None]) -> float:
    """Of the points that there are, in the unit of the scale."""
    given = [point for point in points if point is not None]
    return sum(given) / len(given)


def total(points: Sequence[float | None]) -> float:
    """The sum; for a missing point, the mean of the others stands in."""
    return mean(points) * len(points)


def sus(points: Sequence[float | None]) -> float:
    """The System Usability Scale, 0–100, of ten points from 1 to 5 as answered.

    Questions 1, 3, 5, 7, 9 give their point − 1, the others 5 − their point; the sum × 2.5.
    Missing questions: the mean contribution of the others. Source: Brooke (1996), SUS: a
    “quick and dirty” usability scale, in Usability Evaluation in Industry, 189–194.
    """
    if len(points) != 10:
        raise ValueError(f"SUS has ten questions, not {len(points)}.")
    contributions = [
        None if point is None else (5 - point if index % 2 else point - 1)
        for index, point in enumerate(points)
    ]
    return total(contributions) * 2.5


METHODS: dict[str, Callable[[Sequence[float | None]], float]] = {
    "mean": mean,
    "sum": total,
    "sus": sus,
}


def score(
    questions: Sequence[Question],
    points: Mapping[str, float],
    method: str = "mean",
    min_answered: int | None = None,
) -> Score:
    """The score of one scale from the points as answered, by the question's key.

    Raises KeyError for an unknown method and ValueError where SUS has not ten questions. SUS
    turns its even questions around by itself, whether or not they are marked as reversed.
    """
    given = [(question, points.get(question.key)) for question in questions]
    turned = [
        point if point is None or method == "sus" else question.scored(point)
        for question, point in given
    ]
    answered = sum(point is not None for point in turned)
    compute = METHODS[method]
    if answered < max(len(questions) if min_answered is None else min_answered, 1):
        return Score(None, len(questions), answered)
    return Score(compute(turned), len(questions), answered)

"""All ratings at once: linear mixed and cumulative-link models of every outcome."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.stats.conditions import COMPONENTS, TERMS
from analysis.stats.mixed import MixedFit, crossed
from analysis.stats.ordinal import OrdinalFit, cumulative_link

from .design import TRACKS, Design, Outcome, rows_in

LINEAR, ORDINAL = "linear_mixed", "cumulative_link"
OF_TRACKS = ("participant_id", "track_id", "playlist_id")
OF_PLAYLISTS = ("participant_id",)
# One person's ratings in one condition, where they had it several times.
TASTE = "participant_condition"
# Playlists of the same tracks, where several were heard.
LIST = "list_id"


@dataclass(frozen=True, slots=True)
class Fits:
    """The linear mixed models of a study, each fitted once, however many tables tell of it."""

    tables: Mapping[str, pd.DataFrame]
    design: Design
    _made: dict[tuple[str, str, tuple[str, ...]], MixedFit] = field(default_factory=dict)
    _lists: list[pd.Series] = field(default_factory=list)

    def of(self, outcome: Outcome, analysis_set: str, conditions: Sequence[str]) -> MixedFit:
        """Of the ratings in these conditions, which come in the study's order.

        Ratings of tracks: participants and tracks crossed, playlists within participants. Of
        playlists: participants, where they rated several, and lists, where some were heard by
        several, as everybody's are who begins with the same query song. Where people had several
        conditions, each several times, also how differently they take to them: without it,
        conditions seem to differ in 9 of 100 studies in which they do not.
        """
        key = (outcome.name, analysis_set, tuple(conditions))
        if key not in self._made:
            self._made[key] = self._fitted(outcome, analysis_set, conditions)
        return self._made[key]

    def _fitted(self, outcome: Outcome, analysis_set: str, conditions: Sequence[str]) -> MixedFit:
        rows = rows_in(self.tables[outcome.file], analysis_set)
        rows = rows[rows["condition"].isin(conditions)]
        groups = OF_TRACKS if outcome.of_tracks else OF_PLAYLISTS
        if not outcome.of_tracks and self.heard_again(rows):
            rows, groups = rows.assign(**{LIST: self.lists(rows)}), (*groups, LIST)
        if _repeated(rows):
            taste = rows["participant_id"].astype(str) + " " + rows["condition"].astype(str)
            rows, groups = rows.assign(**{TASTE: taste}), (*groups, TASTE)
        return crossed(
            rows, outcome.column, conditions=conditions, groups=groups, alpha=self.design.alpha
        )

    def lists(self, rows: pd.DataFrame) -> pd.Series:
        """The number of each row's list: playlists that hold the same tracks have the same one."""
        if not self._lists:
            tracks = self.tables[TRACKS].drop_duplicates(["playlist_id", "track_id"])
            held = tracks.sort_values("track_id").groupby("playlist_id")["track_id"].agg(tuple)
            self._lists.append(pd.Series(pd.factorize(held)[0], held.index))
        return rows["playlist_id"].map(self._lists[0])

    def heard_again(self, rows: pd.DataFrame) -> bool:
        """Whether a list was heard by several."""
        heard = rows.assign(**{LIST: self.lists(rows)})[["participant_id", LIST]].dropna()
        return bool(heard.drop_duplicates()[LIST].duplicated().any())


def models(
    tables: Mapping[str, pd.DataFrame], design: Design, fits: Fits | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(terms, variance components) of each model, outcome and analysis set."""
    fits = fits or Fits(tables, design)
    terms, components = [], []
    for analysis_set, outcome in design.each() if design.conditions else ():
        for model, fitted in _fits(fits, outcome, analysis_set):
            about = {"model": model, "outcome": outcome.name, "analysis_set": analysis_set}
            terms.append(fitted.terms.assign(**about))
            components.append(fitted.components.assign(**about))
    return _turned(_table(terms, TERMS), design), _table(components, COMPONENTS)


def _fits(
    fits: Fits, outcome: Outcome, analysis_set: str
) -> Iterator[tuple[str, MixedFit | OrdinalFit]]:
    design = fits.design
    yield LINEAR, fits.of(outcome, analysis_set, design.conditions)
    if outcome.points:
        yield (
            ORDINAL,
            cumulative_link(
                rows_in(fits.tables[outcome.file], analysis_set),
                outcome.column,
                conditions=design.conditions,
                points=outcome.points,
                alpha=design.alpha,
            ),
        )


def _repeated(rows: pd.DataFrame) -> bool:
    """Whether anybody had several conditions, and one of them with several playlists."""
    playlists = rows.drop_duplicates(["participant_id", "playlist_id"])
    several = playlists.groupby("participant_id")["condition"].nunique().gt(1).any()
    return bool(several and playlists.duplicated(["participant_id", "condition"]).any())


def _turned(terms: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Differences the way round of the comparisons: `A - B`, the mean in A less that in B."""
    names = {f"{b} - {a}": f"{a} - {b}" for a, b in design.pairs}
    turned = terms["term"].isin(names)
    negated = {
        column: terms[column].where(~turned, 0.0 - terms[of])
        for column, of in (
            *(("estimate", "estimate"), ("statistic", "statistic")),
            *(("ci_low", "ci_high"), ("ci_high", "ci_low")),
        )
    }
    return terms.assign(term=terms["term"].replace(names), **negated)


def _table(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    ordered = ["model", "outcome", *columns]
    ordered.insert(ordered.index("status"), "analysis_set")
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return table.reindex(columns=ordered)

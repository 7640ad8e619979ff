"""How far the answers can be relied on, and what is missing."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from analysis.stats.agreement import icc_from_components, krippendorff
from analysis.stats.compare import holm
from analysis.stats.consistency import cronbach, repeated_ratings
from analysis.stats.missing import MISSINGNESS, leaving, missingness
from analysis.stats.rows import RELIABILITY

from .design import PLAYLISTS, TRACKS, Design, Outcome

Tables = Mapping[str, pd.DataFrame]
AGAIN = "again"
# How far people came, where that is known: not of simulated listeners.
DEPARTURES = "departures"
COLUMNS = [*MISSINGNESS]
COLUMNS.insert(COLUMNS.index("p") + 1, "p_holm")


def reliability(tables: Tables, design: Design, components: pd.DataFrame) -> pd.DataFrame:
    """Whether people agree and repeat themselves, and whether a score's questions hang together.

    Of all participants, whatever the exclusions.
    """
    of_tracks = [outcome for outcome in design.outcomes if outcome.of_tracks]
    parts = [
        *(part for outcome in of_tracks for part in _of_scale(tables, outcome, components, design)),
        *_of_scores(tables["answers"], design),
    ]
    found = [part for part in parts if len(part)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=RELIABILITY)


def _of_scale(
    tables: Tables, outcome: Outcome, components: pd.DataFrame, design: Design
) -> Iterator[pd.DataFrame]:
    of = components[(components["outcome"] == outcome.name) & (components["analysis_set"] == "all")]
    linear = of[of["model"] == "linear_mixed"]
    n_obs = int(tables[TRACKS][outcome.column].notna().sum())
    yield icc_from_components(linear, n_obs=n_obs, scale=outcome.name, alpha=design.alpha)
    heard = tables[TRACKS].pivot_table(
        index="track_id", columns="participant_id", values=outcome.column, aggfunc="mean"
    )
    yield krippendorff(heard, "ordinal", scale=outcome.name, alpha=design.alpha, seed=design.seed)
    twice = _rated_twice(tables, outcome)
    if len(twice):
        yield repeated_ratings(
            twice,
            outcome.column,
            AGAIN,
            scale=outcome.name,
            alpha=design.alpha,
            seed=design.seed,
        )


def _rated_twice(tables: Tables, outcome: Outcome) -> pd.DataFrame:
    hidden, keys = tables["hidden_tracks"], ["participant_id", "playlist_id", "track_id"]
    again = hidden.loc[hidden["role"] == "repeat", [*keys, outcome.column]]
    again = again.rename(columns={outcome.column: AGAIN})
    return tables[TRACKS][[*keys, outcome.column]].merge(again, on=keys)


def _of_scores(answers: pd.DataFrame, design: Design) -> Iterator[pd.DataFrame]:
    """Cronbach's α of each questionnaire score; several sheets of one person are averaged first."""
    for (instrument, scale), questions in design.scored.items():
        own = answers[answers["instrument"] == instrument]
        column = own["item_id"].str.cat(own["row"].fillna(""), sep=".").str.rstrip(".")
        points = pd.to_numeric(own["scored"], errors="coerce").astype(float)
        wide = points.groupby([own["participant_id"], column]).mean().unstack()
        sheet = wide.reindex(columns=list(questions))
        yield cronbach(sheet, scale=f"{instrument}.{scale}", alpha=design.alpha)


def missing(tables: Tables, design: Design) -> pd.DataFrame:
    """For each scale, how often it was not answered where it was shown; and who left where.

    A playlist that was shown counts, whether any of its questions was answered or not. `p_holm`
    corrects over all of these rows.
    """
    columns = {
        file: [outcome.column for outcome in design.outcomes if outcome.file == file]
        for file in (TRACKS, PLAYLISTS)
    }
    asked = {TRACKS: tables[TRACKS], PLAYLISTS: every_playlist(tables, columns[PLAYLISTS])}
    parts = [
        missingness(asked[file], file, columns[file], design.conditions, seed=design.seed)
        for file in columns
    ]
    if DEPARTURES in tables:
        parts.append(leaving(tables[DEPARTURES], design.conditions, seed=design.seed))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(p_holm=holm(table["p"].astype(float)))[COLUMNS]


def every_playlist(tables: Tables, columns: Sequence[str]) -> pd.DataFrame:
    """One row for each playlist that was shown, with what was answered about it, if anything."""
    keys = ["participant_id", "condition", "playlist_id"]
    answered = tables[PLAYLISTS]
    shown = pd.concat([tables[TRACKS][keys], answered[keys]]).drop_duplicates(ignore_index=True)
    given = answered[["playlist_id", *columns]].set_index("playlist_id")
    return shown.join(given, on="playlist_id")

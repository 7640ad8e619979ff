"""The playlists themselves, made by the same code as a participant's, and measured alike."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from analysis.data.playlist_metrics import Labels, cnn_labels, metadata_labels
from analysis.metrics import evaluate
from recommender.engine.params import StrategyError
from recommender.engine.strategies import make_playlist

from .columns import PLAYLISTS
from .design import Condition, Design

FAILED = "failed: "


def measured_playlists(of: Design, progress: Callable[[], object] = lambda: None) -> pd.DataFrame:
    """One row for each condition, query song and label source; `progress` is called a playlist.

    A playlist that can't be made has rows too: `status` says why, and all metrics are missing.
    """
    labelled = of.labelled()
    sources = {
        "metadata": metadata_labels(labelled),
        "cnn": cnn_labels(labelled, of.model.pk),
    }

    def measured(picked: list[int], query: int, labels: Labels) -> dict[str, Any]:
        key = of.model.pk
        return evaluate(
            genres=[labels.genres.get(track) for track in picked],
            artists=[labelled.artists[track] for track in picked],
            vectors=[labelled.vectors[key, track] for track in picked],
            query_genre=labels.genres.get(query),
            query_vector=labelled.vectors[key, query],
            library=labels.shares,
        )

    rows = []
    for condition in of.conditions:
        for query in of.queries:
            picked, status = _playlist(of, condition, query)
            about = {
                "condition": condition.name,
                "strategy": condition.strategy,
                "query": query,
                "query_genre": labelled.genres[query],
                "tracks": " ".join(map(str, picked)) or None,
                "status": status,
            }
            for source, labels in sources.items():
                found = measured(picked, query, labels) if status == "ok" else {"n_tracks": 0}
                n_learned = labelled.n_learned(of.model.pk, picked)
                rows.append({**about, "label_source": source, "n_learned": n_learned, **found})
            progress()
    return pd.DataFrame(rows, columns=[column.name for column in PLAYLISTS])


def _playlist(of: Design, condition: Condition, query: int) -> tuple[list[int], str]:
    try:
        picks = make_playlist(of.library, query, condition.strategy, condition.params, of.seed)
    except StrategyError as problem:
        return [], f"{FAILED}{problem}"
    return [pick.track_id for pick in picks], "ok"


def failures(playlists: pd.DataFrame) -> pd.DataFrame:
    """How many playlists of each condition could not be made, for each reason."""
    failed = playlists[playlists["status"] != "ok"].drop_duplicates(["condition", "query"])
    reasons = failed.assign(reason=failed["status"].str.removeprefix(FAILED))
    counted = reasons.groupby(["condition", "reason"], sort=True).size()
    return counted.rename("n").reset_index()

"""The codebook lists the columns of the results as the tables have them, with nobody in the study
and with some."""

import numpy as np
import pandas as pd
import pytest

from analysis.data.result_columns import RESULTS
from analysis.inference import Design, Outcome, infer

NAMES = {file: [column.name for column in columns] for file, columns in RESULTS.items()}
CONDITIONS = ("near", "mixed", "random")
LIKING = Outcome("ratings", "liking", 5)
OUTCOMES = [LIKING, Outcome("playlist_ratings", "fit", 5)]


def frames(n_participants: int) -> dict[str, pd.DataFrame]:
    """Everybody rates four tracks in each condition, and one of them twice."""
    rows = [
        (f"P{person}", condition, 3 * person + at, track, track % 4 + 1)
        for person in range(n_participants)
        for at, condition in enumerate(CONDITIONS)
        for track in range(4 * at, 4 * at + 4)
    ]
    columns = ["participant_id", "condition", "playlist_id", "track_id", "position"]
    tracks = pd.DataFrame(rows, columns=columns)
    random = np.random.default_rng(1)
    tracks["liking"] = random.integers(1, 6, len(tracks)).astype(float)
    tracks = tracks.assign(distance=random.uniform(size=len(tracks)), excluded=False)
    playlists = tracks.drop_duplicates("playlist_id")
    return {
        "ratings": tracks,
        "playlist_ratings": playlists.rename(columns={"liking": "fit"}).assign(period=1),
        "playlist_metrics": metrics(playlists),
        "answers": pd.DataFrame(
            columns=["participant_id", "instrument", "item_id", "row", "scored"], dtype=object
        ),
        "hidden_tracks": tracks[tracks["position"] == 1].assign(role="repeat"),
    }


def metrics(playlists: pd.DataFrame) -> pd.DataFrame:
    measured = playlists[["participant_id", "condition", "playlist_id"]].copy()
    for metric in ("cohesion_artist_pair", "cohesion_genre_pair", "entropy_bits", "diversity"):
        measured[metric] = measured["playlist_id"] % 7 / 7
    for metric in ("soft_entropy_divergence_bits", "query_distance"):
        measured[metric] = measured["playlist_id"] % 5 / 5
    return pd.concat([measured.assign(label_source=one) for one in ("metadata", "cnn")])


@pytest.fixture(scope="module", params=[0, 8], ids=["nobody", "eight"])
def results(request: pytest.FixtureRequest) -> dict[str, pd.DataFrame]:
    return infer(frames(request.param), Design(CONDITIONS, True, OUTCOMES, LIKING))


def test_every_table_of_results_is_in_the_codebook(results: dict[str, pd.DataFrame]):
    assert list(results) == list(RESULTS)


@pytest.mark.parametrize("file", RESULTS)
def test_a_table_of_results_has_the_columns_of_the_codebook_in_order(
    results: dict[str, pd.DataFrame], file: str
):
    assert list(results[file].columns) == NAMES[file]


@pytest.mark.parametrize("file", RESULTS)
def test_columns_of_results_are_there_once_and_say_what_they_hold(file: str):
    assert len(set(NAMES[file])) == len(NAMES[file])
    assert all(column.meaning for column in RESULTS[file])

import json

import pytest

from recommender import model_card
from recommender.services import shipped_directory

CARD = json.loads((shipped_directory() / "model.json").read_text())


def test_scores_come_with_their_number_of_clips_and_interval():
    shown = model_card.scores(CARD, CARD["genres"])
    for part in (*CARD["metrics"].values(), *CARD["evaluations"]):
        low, high = part["accuracy_ci"]
        assert f"<td>{part['n']}</td>" in shown
        assert f"{part['accuracy']:.3f} ({low:.3f}–{high:.3f})" in shown


def test_training_clips_are_counted_by_source():
    shown = model_card.clips(CARD)
    assert all(source in shown for source in CARD["clips"]["training"])


@pytest.mark.parametrize("card", [{}, {"metrics": None, "clips": {}, "evaluations": [{}]}])
def test_a_card_that_says_little_is_shown_all_the_same(card):
    parts = [model_card.about(card), model_card.clips(card), model_card.notes(card)]
    assert [part for part in parts if "says nothing" not in part] == []
    assert model_card.scores(card, ["Rock"])


def test_a_card_is_never_run_as_a_script():
    card = {"notes": ["<script>"], "clips": {"<script>": {"<script>": 1}}, "created": "<script>"}
    shown = model_card.about(card) + model_card.clips(card) + model_card.notes(card)
    assert "<script>" not in shown

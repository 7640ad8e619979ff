"""Who gets which conditions, as people come, complete, leave and come back."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from recommender.models import Playlist, Track
from recommender.services import build_playlist
from survey import services
from survey.models import Participant, Study, Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def design(study):
    """Give the study conditions a, b, … and settings."""

    def design(n_conditions: int = 2, **fields) -> Study:
        study.conditions.all().delete()
        for name in "abcdef"[:n_conditions]:
            study.conditions.create(name=name, strategy="random")
        Study.objects.update(**fields)
        study.refresh_from_db()
        return study

    return design


def enrol(study: Study, genre: str = "") -> Participant:
    agreed = services.Consent(study.consent, timezone.now())
    participant = services.enrol(study, uuid.uuid4(), agreed, {})
    if genre:
        services.choose_genre(participant.trials.get(number=1), genre)
    return participant


def has(participant: Participant) -> list[str | None]:
    return list(participant.trials.values_list("condition__name", flat=True))


def complete(participant: Participant) -> None:
    participant.trials.update(rated_at=timezone.now(), finished_at=timezone.now())
    services.complete(participant, {})


def leave(participant: Participant, minutes: int = 121) -> None:
    long_ago = timezone.now() - timedelta(minutes=minutes)
    Participant.objects.filter(pk=participant.pk).update(last_seen_at=long_ago)


# Between subjects


def test_between_subjects_all_playlists_of_a_participant_have_one_condition(design):
    study = design(3, n_trials=4)
    plans = [has(enrol(study)) for _ in range(3)]
    assert sorted(plans) == [["a"] * 4, ["b"] * 4, ["c"] * 4]


def test_who_leaves_gives_the_place_to_the_next(design):
    study = design(2)
    first, second = enrol(study), enrol(study)
    complete(second)
    leave(first)
    assert has(enrol(study)) == has(first)


def test_who_was_seen_lately_keeps_the_place(design):
    study = design(2)
    first = enrol(study)
    leave(first, minutes=119)
    assert has(enrol(study)) != has(first)


def test_who_comes_back_and_completes_counts_as_completed(design):
    study = design(2)
    first, second = enrol(study), enrol(study)
    leave(first)
    third = enrol(study)
    for participant in (first, second, third):
        complete(participant)
    assert has(third) == has(first)
    assert has(enrol(study)) == has(second)


@pytest.mark.parametrize("status", ["screened_out", "withdrawn"])
def test_who_was_screened_out_or_withdrew_holds_no_place(design, status):
    study = design(2)
    first, _second = enrol(study), enrol(study)
    Participant.objects.filter(pk=first.pk).update(status=status)
    assert has(enrol(study)) == has(first)


def test_a_full_condition_gets_nobody(design):
    study = design(2)
    study.conditions.filter(name="a").update(max_participants=1)
    assert Counter(has(enrol(study))[0] for _ in range(6)) == {"a": 1, "b": 5}


def test_pilot_participants_take_nobodys_place(design):
    study = design(2, state="pilot")
    pilot = [enrol(study) for _ in range(3)]
    Study.objects.update(state="open")
    study.conditions.update(max_participants=1)
    assert {has(enrol(study))[0] for _ in range(2)} == {"a", "b"}
    assert all(participant.pilot for participant in pilot)


def test_the_same_history_gives_the_same_conditions(design):
    study = design(3)

    def run() -> list[str]:
        people = [enrol(study) for _ in range(4)]
        complete(people[1])
        leave(people[0])
        people += [enrol(study) for _ in range(3)]
        order = list(study.conditions.values_list("name", flat=True))
        plans = [order.index(has(participant)[0]) for participant in people]
        study.participants.all().delete()
        return plans

    assert run() == run()


# Within subjects


def test_within_subjects_orders_are_balanced_and_repeated_in_blocks(design):
    study = design(2, design="within", n_trials=4)
    plans = sorted(has(enrol(study)) for _ in range(4))
    assert plans == [list("abba"), list("abba"), list("baab"), list("baab")]


def test_within_subjects_an_abandoned_order_is_given_again(design):
    study = design(3, design="within", n_trials=3)
    people = [enrol(study) for _ in range(6)]
    assert len({tuple(has(participant)) for participant in people}) == 6
    leave(people[2])
    assert has(enrol(study)) == has(people[2])


# Balanced within genres


def test_balanced_by_genre_conditions_wait_for_the_first_genre(design):
    participant = enrol(design(2, balance_genres=True, n_trials=2))
    assert has(participant) == [None, None]
    services.choose_genre(participant.trials.get(number=1), "Rock")
    assert has(participant) in (["a", "a"], ["b", "b"])


def test_conditions_are_balanced_within_each_genre(design):
    study = design(2, balance_genres=True)
    genres = ("Rock", "Rock", "Rock", "Classical", "Rock", "Classical")
    given = Counter((genre, *has(enrol(study, genre))) for genre in genres)
    assert given == {(g, c): n for g, n in (("Rock", 2), ("Classical", 1)) for c in "ab"}


def test_a_changed_genre_gets_a_plan_of_its_own(design):
    study = design(2, balance_genres=True)
    taken = has(enrol(study, "Classical"))
    changing = enrol(study, "Rock")
    services.choose_genre(changing.trials.get(number=1), "Classical")
    assert has(changing) != taken


def test_the_same_genre_again_changes_no_plan(design):
    study = design(2, balance_genres=True)
    people = [enrol(study, "Rock") for _ in range(3)]
    before = has(people[0])
    leave(people[1])
    services.choose_genre(people[0].trials.get(number=1), "Rock")
    assert has(people[0]) == before


def test_a_later_genre_changes_no_plan(design):
    study = design(2, balance_genres=True, n_trials=2)
    participant = enrol(study, "Rock")
    before = has(participant)
    services.choose_genre(participant.trials.get(number=2), "Classical")
    assert has(participant) == before


def test_the_genre_sent_after_the_song_was_chosen_changes_nothing(design):
    study = design(2, balance_genres=True)
    trial = enrol(study, "Rock").trials.get()
    services.choose_query(trial, Track.objects.get(title="Rock 0"))
    services.choose_genre(trial, "Classical")
    again = Trial.objects.get(pk=trial.pk)
    assert (again.genre, again.condition_id) == ("Rock", Trial.objects.get().condition_id)


def test_without_a_genre_no_song_is_taken(design):
    trial = enrol(design(2, balance_genres=True)).trials.get()
    with pytest.raises(services.NotAllowed, match="pick a genre first"):
        services.choose_query(trial, Track.objects.first())


def test_who_comes_back_to_full_conditions_gets_one_all_the_same(design):
    study = design(2, balance_genres=True)
    study.conditions.update(max_participants=1)
    early = enrol(study)
    leave(early)
    for genre in ("Rock", "Classical"):
        enrol(study, genre)
    services.choose_genre(early.trials.get(), "Rock")
    assert has(early)[0] in ("a", "b")


# One query song for all


@pytest.fixture
def same(design) -> Trial:
    """The first of three playlists with one query song."""
    study = design(3, design="within", n_trials=3, query="same")
    return enrol(study, "Rock").trials.get(number=1)


def test_one_song_requests_every_playlist_with_its_own_condition(same):
    services.choose_query(same, Track.objects.get(title="Rock 0"))
    trials = list(same.participant.trials.all())
    assert {trial.playlist.query_track.title for trial in trials} == {"Rock 0"}
    assert {trial.genre for trial in trials} == {"Rock"}
    assert len({trial.playlist.seed for trial in trials}) == 3
    assert services.unsent_playlists(same.participant) == [t.playlist_id for t in trials]


def test_another_song_after_a_failure_lets_go_of_all_playlists(same):
    services.choose_query(same, Track.objects.get(title="Rock 0"))
    Playlist.objects.filter(trial=same).update(status="failed")
    services.choose_again(same)
    assert not same.participant.trials.exclude(playlist=None).exists()


def test_once_one_is_rated_the_song_of_the_others_stays(same):
    services.choose_query(same, Track.objects.get(title="Rock 0"))
    Playlist.objects.update(status="failed")
    second = same.participant.trials.get(number=2)
    with pytest.raises(services.NotAllowed, match="start from the same song"):
        services.choose_again(second)
    assert Trial.objects.get(pk=second.pk).playlist_id


def test_a_participant_meets_no_second_page_for_genre_or_song(design, visitor):
    design(2, design="within", n_trials=2, query="same")
    visitor.go_to("wait")
    for trial in visitor.participant.trials.all():
        build_playlist(trial.playlist_id)
    for step in ("listen", "survey"):
        visitor.take_step(step)
    assert visitor.get("continue").url.endswith("/playlist/2/listen/")


def test_a_failed_later_playlist_can_be_tried_again_from_its_page(design, visitor):
    design(2, design="within", n_trials=2, query="same")
    visitor.go_to("survey")
    later = visitor.participant.trials.get(number=2).playlist
    Playlist.objects.filter(pk=later.pk).update(status="failed")
    visitor.take_step("survey")
    address = visitor.url("wait").replace("/1/", "/2/")
    page = visitor.client.get(address).text
    assert "Try again" in page
    assert "another song" not in page
    visitor.client.post(address)
    assert Playlist.objects.get(pk=later.pk).status == "queued"


# At once


@pytest.mark.django_db(transaction=True)
def test_two_who_register_at_once_get_different_conditions(design, at_once):
    study = design(2)
    assert len({has(person)[0] for person in at_once(lambda: enrol(study))}) == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_pick_a_genre_at_once_get_different_conditions(design, at_once):
    study = design(2, balance_genres=True)
    waiting = [enrol(study).trials.get() for _ in range(2)]
    at_once(lambda: services.choose_genre(waiting.pop(), "Rock"))
    assert set(Trial.objects.values_list("condition__name", flat=True)) == {"a", "b"}

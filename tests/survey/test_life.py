"""A study's turns, and who is let in when."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from survey import services
from survey.models import Participant, Study
from survey.services import NotAdmitted, NotAllowed, Reason

pytestmark = pytest.mark.django_db

ACTS = {
    "pilot": services.start_pilot,
    "open": services.open_study,
    "pause": services.pause_study,
    "close": services.close_study,
    "archive": services.archive_study,
    "draft": services.back_to_draft,
}
ALLOWED = {
    "draft": {"pilot", "open"},
    "pilot": {"open", "draft"},
    "open": {"pause", "close", "draft"},
    "paused": {"open", "close", "draft"},
    "closed": {"open", "archive", "draft"},
    "archived": {"close"},
}


def enrol(study: Study, **more) -> Participant:
    agreed = services.Consent(study.consent, timezone.now())
    return services.enrol(study, uuid.uuid4(), agreed, {}, **more)


def complete(participant: Participant) -> None:
    participant.trials.update(rated_at=timezone.now(), finished_at=timezone.now())
    services.complete(participant, {})


def changed(study: Study, **fields) -> Study:
    Study.objects.filter(pk=study.pk).update(**fields)
    study.refresh_from_db()
    return study


# Turns


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("name", ACTS)
def test_a_study_turns_as_its_state_allows_and_else_says_why_not(study, state, name):
    changed(study, state=state)
    turn = services.TURNS[name]
    if name in ALLOWED[state] or turn.to == state:
        ACTS[name](study)
        assert Study.objects.get().state == turn.to
    else:
        with pytest.raises(NotAllowed, match=r"^[A-Z].{20,}\.$"):
            ACTS[name](study)
        assert Study.objects.get().state == state


def test_the_buttons_are_the_turns_allowed(study):
    for state, names in ALLOWED.items():
        assert set(services.possible_turns(changed(study, state=state))) == names


def test_a_button_pressed_in_a_second_tab_follows_the_database(study):
    stale = Study.objects.get()
    services.close_study(study)
    with pytest.raises(NotAllowed, match="Only an open study can be paused"):
        services.pause_study(stale)


def test_people_in_earnest_stand_against_a_draft_and_pilots_do_not(study):
    enrol(changed(study, state="pilot"))
    services.back_to_draft(study)
    services.open_study(changed(study))
    enrol(study)
    with pytest.raises(NotAllowed, match="Copy the study instead"):
        services.back_to_draft(study)


def test_opening_after_the_pilot_keeps_its_data(study):
    pilot = enrol(changed(study, state="pilot"))
    services.open_study(study)
    assert [pilot.pilot, enrol(study).pilot] == [True, False]
    assert study.participants.count() == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"design": "within", "n_trials": 3}, "a multiple of 2"),
        ({"closes_at": timezone.now() - timedelta(minutes=1)}, "last day is over"),
        ({"max_participants": 0}, "As many have completed as are wanted"),
    ],
)
def test_what_the_design_lacks_stands_against_opening(study, fields, said):
    study.conditions.create(name="b", strategy="random")
    with pytest.raises(NotAllowed, match=said):
        services.open_study(changed(study, **fields))


def test_within_subjects_needs_two_conditions(study):
    with pytest.raises(NotAllowed, match="at least two conditions"):
        services.open_study(changed(study, design="within"))


@pytest.mark.parametrize(
    ("cap", "fields", "said"),
    [
        (5, {"max_participants": 11}, "take 10 participants at most, but 11 are wanted"),
        (5, {"design": "within", "n_trials": 2}, "take the number out"),
        (0, {}, "for no participant"),
    ],
)
def test_numbers_that_can_not_be_reached_stand_against_opening(study, cap, fields, said):
    study.conditions.create(name="b", strategy="random")
    study.conditions.update(max_participants=cap)
    with pytest.raises(NotAllowed, match=said):
        services.open_study(changed(study, **fields))


def test_a_pilot_begins_before_the_times_of_the_study(study):
    later = timezone.now() + timedelta(days=9)
    services.start_pilot(changed(study, state="draft", opens_at=later))
    assert services.why_not(changed(study)) is None


# Who is let in


def test_times_are_the_servers(study):
    now = timezone.now()
    soon, sooner = now + timedelta(hours=1), now + timedelta(minutes=1)
    changed(study, opens_at=sooner, closes_at=soon)
    moments = (now, sooner, soon - timedelta(seconds=1), soon)
    found = [services.why_not(study, moment) for moment in moments]
    assert found == [Reason.NOT_YET, None, None, Reason.OVER]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"state": "draft"}, Reason.DRAFT),
        ({"state": "paused"}, Reason.PAUSED),
        ({"state": "paused", "paused_because": "Enough."}, Reason.FULL),
        ({"state": "closed"}, Reason.CLOSED),
        ({"state": "archived"}, Reason.ARCHIVED),
        ({"closes_at": timezone.now() - timedelta(minutes=1)}, Reason.OVER),
    ],
)
def test_who_comes_too_early_or_too_late_is_told_why(study, fields, reason):
    with pytest.raises(NotAdmitted) as refusal:
        enrol(changed(study, **fields))
    assert refusal.value.reason == reason


def test_those_at_it_hold_their_places_until_they_leave(study):
    first = enrol(changed(study, max_participants=1))
    assert services.why_not(study) == Reason.TAKEN
    long_ago = timezone.now() - timedelta(minutes=121)
    Participant.objects.filter(pk=first.pk).update(last_seen_at=long_ago)
    assert services.why_not(study) is None


def test_a_study_pauses_by_itself_when_as_many_have_completed_as_are_wanted(study):
    people = [enrol(changed(study, max_participants=2)) for _ in range(2)]
    complete(people[0])
    assert changed(study).state == "open"
    complete(people[1])
    assert (changed(study).state, services.why_not(study)) == ("paused", Reason.FULL)
    assert study.paused_because == "2 participants have completed, as many as were wanted."


def test_a_full_study_opens_again_once_its_number_is_raised(study):
    complete(enrol(changed(study, max_participants=1)))
    with pytest.raises(NotAllowed, match="raise the number"):
        services.open_study(changed(study))
    services.open_study(changed(study, max_participants=2))
    assert (changed(study).paused_because, services.why_not(study)) == ("", None)


def test_who_had_left_may_still_complete_a_full_study(study):
    early = enrol(changed(study, max_participants=1))
    long_ago = timezone.now() - timedelta(minutes=121)
    Participant.objects.filter(pk=early.pk).update(last_seen_at=long_ago)
    complete(enrol(study))
    complete(early)
    assert Participant.objects.completed().count() == 2


def test_full_conditions_make_a_full_study(study):
    study.conditions.update(max_participants=1)
    complete(enrol(study))
    assert services.why_not(changed(study)) == Reason.FULL


def test_those_who_wait_for_a_genre_count_as_well(study):
    changed(study, balance_genres=True)
    study.conditions.update(max_participants=1)
    enrol(study)
    assert services.why_not(study) == Reason.TAKEN


def test_pilot_participants_fill_nothing(study):
    changed(study, state="pilot", max_participants=1)
    for _ in range(2):
        complete(enrol(study))
    assert services.why_not(changed(study, state="open")) is None


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one_of_those_who_come_at_once(study, at_once):
    changed(study, max_participants=1)

    def come() -> bool:
        try:
            return bool(enrol(study))
        except NotAdmitted:
            return False

    assert sorted(at_once(come, times=3)) == [False, False, True]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_complete_at_once_one_pauses_the_study(study, at_once):
    people = [enrol(changed(study, max_participants=2)) for _ in range(2)]
    at_once(lambda: complete(people.pop()))
    assert Study.objects.get().state == "paused"


# Seen


def test_somebody_is_noted_as_seen_once_a_minute(study, django_assert_num_queries):
    participant = enrol(study)
    with django_assert_num_queries(0):
        services.note_seen(participant)
    participant.last_seen_at = timezone.now() - timedelta(seconds=61)
    services.note_seen(participant)
    assert timezone.now() - Participant.objects.get().last_seen_at < timedelta(seconds=30)


def test_a_researcher_trying_a_draft_out_is_a_pilot_participant(study):
    assert enrol(changed(study, state="draft"), trying=True).pilot

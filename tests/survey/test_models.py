"""What the database itself refuses, whatever the code above it does."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from survey.models import CODE_ALPHABET, Condition, Item, Study, new_code
from survey.services import present

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial(visitor):
    return visitor.go_to("listen").trial


@pytest.fixture
def shown(trial):
    return present(trial)[0]


@pytest.fixture
def item(trial, study) -> Item:
    return Item.objects.get(instrument__study=study, key="liking")


def add_rating(trial, shown, item, value=3):
    return trial.ratings.create(track=shown, item=item, value=value, rated_at=timezone.now())


def add_answer(trial, item, of_trial):
    at = timezone.now()
    return trial.participant.answers.create(trial=of_trial, item=item, value="3", answered_at=at)


def test_a_second_trial_of_a_number_is_refused(trial):
    with pytest.raises(IntegrityError):
        trial.participant.trials.create(number=trial.number, condition=trial.condition)


def test_a_trial_with_the_number_0_is_refused(trial):
    with pytest.raises(IntegrityError):
        trial.participant.trials.create(number=0, condition=trial.condition)


def test_a_playlist_belongs_to_one_trial(trial):
    with pytest.raises(IntegrityError):
        trial.participant.trials.create(
            number=2, condition=trial.condition, playlist=trial.playlist
        )


def test_a_trial_finished_before_it_was_rated_is_refused(trial):
    trial.finished_at = timezone.now()
    with pytest.raises(IntegrityError):
        trial.save()


def test_a_second_rating_of_a_track_on_a_scale_is_refused(trial, shown, item):
    add_rating(trial, shown, item)
    with pytest.raises(IntegrityError):
        add_rating(trial, shown, item, value=4)


def test_a_second_answer_about_a_playlist_is_refused(trial, item):
    add_answer(trial, item, trial)
    with pytest.raises(IntegrityError):
        add_answer(trial, item, trial)


def test_a_second_answer_that_is_about_no_playlist_is_refused(trial, item):
    add_answer(trial, item, None)
    with pytest.raises(IntegrityError):
        add_answer(trial, item, None)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (5, 4), (-1, 4)])
def test_a_report_of_listening_that_does_not_go_forward_is_refused(trial, shown, start, end):
    with pytest.raises(IntegrityError):
        shown.listening.create(key=uuid.uuid4(), start_s=start, end_s=end)


def test_a_report_of_listening_is_kept_once(shown):
    key = uuid.uuid4()
    shown.listening.create(key=key, start_s=0, end_s=1)
    with pytest.raises(IntegrityError):
        shown.listening.create(key=key, start_s=0, end_s=1)


def test_one_registration_form_is_one_participant(trial, study):
    known = trial.participant
    with pytest.raises(IntegrityError):
        study.participants.create(
            registration_key=known.registration_key, consented_at=timezone.now()
        )


@pytest.mark.parametrize("field", ["code", "pseudonym"])
def test_no_two_participants_share_a_code_or_a_pseudonym(trial, study, field):
    with pytest.raises(IntegrityError):
        study.participants.create(
            registration_key=uuid.uuid4(),
            consented_at=timezone.now(),
            **{field: getattr(trial.participant, field)},
        )


def test_two_conditions_of_a_study_differ_in_name(study):
    with pytest.raises(IntegrityError):
        study.conditions.create(name="genre-space")


def test_two_instruments_of_a_study_differ_in_key(study):
    with pytest.raises(IntegrityError):
        study.instruments.create(key="track", placement="end")


def test_two_questions_of_an_instrument_differ_in_key(item):
    with pytest.raises(IntegrityError):
        item.instrument.items.create(key="liking", text="Again?")


def test_a_study_without_a_trial_is_refused(study):
    study.n_trials = 0
    with pytest.raises(IntegrityError):
        study.save()


def test_two_studies_have_two_addresses(study):
    with pytest.raises(IntegrityError):
        Study.objects.create(slug=study.slug, title="Another")


def test_a_code_holds_nothing_that_is_mistaken_for_something_else():
    assert not set("01ILOU") & set(CODE_ALPHABET)
    assert set(new_code(2000)) == set(CODE_ALPHABET)


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("likert", ["Only one"], "At least two labels"),
        ("likert", [False, "Yes"], "in YAML"),
        ("choice", ["A", "A"], "Two options are the same"),
        ("choice", {"A": 1}, "Options are a list"),
        ("number", [10, 1], "lowest and highest"),
        ("number", [1, True], "lowest and highest"),
        ("number", [1], "lowest and highest"),
    ],
)
def test_options_that_make_no_question_are_refused_with_advice(item, kind, options, said):
    item.kind, item.options = kind, options
    with pytest.raises(ValidationError, match=said):
        item.full_clean()


@pytest.mark.parametrize(
    ("strategy", "params", "said"),
    [
        ("magic", {}, "Choose one of genre_space"),
        ("genre_space", {"length": 0}, "from 1 to 50"),
        ("genre_space", {"lenght": 5}, "no setting lenght"),
    ],
)
def test_a_condition_that_can_make_no_playlist_is_refused(study, strategy, params, said):
    condition = Condition(study=study, name="new", strategy=strategy, params=params)
    with pytest.raises(ValidationError, match=said):
        condition.full_clean()


def test_a_study_that_is_not_a_draft_has_a_model(study):
    with pytest.raises(IntegrityError):
        Study.objects.update(model=None)


def test_a_study_that_closes_before_it_opens_is_refused_in_words(study):
    study.opens_at = timezone.now()
    study.closes_at = study.opens_at - timedelta(days=1)
    with pytest.raises(ValidationError, match="has to close after it opens"):
        study.clean()

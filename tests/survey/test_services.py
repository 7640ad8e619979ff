import uuid
from collections import Counter

import pytest
from django.utils import timezone

from recommender.models import GenreModel, Playlist, Track, TrackFeatures
from survey import services
from survey.models import Answer, Item, ListeningEvent, Participant, Study, TrackRating
from survey.services import NotAllowed

pytestmark = pytest.mark.django_db


def enrol(study: Study, key: uuid.UUID | None = None, **more):
    agreed = services.Consent(study.consent, timezone.now())
    return services.enrol(study, key or uuid.uuid4(), agreed, {}, **more)


@pytest.fixture
def three_conditions(study) -> Study:
    for name in ("b", "c"):
        study.conditions.create(name=name, strategy="random")
    Study.objects.update(n_trials=3, design=Study.Design.WITHIN)
    study.refresh_from_db()
    return study


@pytest.fixture
def trial(visitor):
    return visitor.go_to("listen").trial


@pytest.fixture
def shown(trial):
    return services.present(trial)[0]


@pytest.fixture
def liking(study) -> Item:
    return Item.objects.get(instrument__study=study, key="liking")


# The study's life


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda study: study.conditions.all().delete(), "no condition"),
        (lambda study: Item.objects.all().delete(), "no question for a track"),
        (lambda study: setattr(study, "genres", []), "no genre to pick"),
        (lambda study: setattr(study, "genres", ["Polka"]), "no song labelled Polka"),
        (lambda study: Track.objects.filter(pk__gt=11).delete(), "a playlist of 10 needs more"),
        (lambda study: Track.objects.update(available=False), "The library has 0 songs"),
    ],
)
def test_a_study_that_can_not_work_says_what_stands_against_opening_it(study, spoil, said):
    spoil(study)
    if said.startswith("a playlist"):
        keep = Track.objects.order_by("pk").values("pk")[:10]
        Track.objects.exclude(pk__in=list(keep.values_list("pk", flat=True))).delete()
    with pytest.raises(NotAllowed, match=said):
        services.open_study(study)


def test_nothing_stands_against_opening_the_demo_study(study):
    assert services.obstacles_to_opening(study) == []


def test_a_study_is_opened_closed_and_opened_again(study):
    states = []
    for act in (services.close_study, services.open_study, services.back_to_draft):
        act(study)
        study.refresh_from_db()
        states.append(study.state)
    assert states == ["closed", "open", "draft"]


def test_a_study_that_people_took_part_in_does_not_become_a_draft(study):
    enrol(study)
    with pytest.raises(NotAllowed, match="Copy the study instead"):
        services.back_to_draft(study)


# Its model


@pytest.fixture
def newer(library) -> GenreModel:
    """A model that became active after the study was opened; it has heard all but one song."""
    GenreModel.objects.update(active=False)
    newer = GenreModel.objects.create(name="newer", version="1" * 64, genres=["Rock"], active=True)
    heard = {"model": newer, "probabilities": [1.0], "embedding": bytes(16), "fingerprint": b"\0"}
    TrackFeatures.objects.bulk_create(TrackFeatures(track=t, **heard) for t in library[1:])
    return newer


def reopened(study: Study) -> Study:
    services.back_to_draft(study)
    study.refresh_from_db()
    services.open_study(study)
    study.refresh_from_db()
    return study


def test_a_study_is_opened_with_the_active_model(study, genre_model):
    assert reopened(study).model == genre_model


def test_a_study_stays_on_its_model_when_another_becomes_active(study, genre_model, newer):
    services.close_study(study)
    services.open_study(study)
    study.refresh_from_db()
    assert study.model == genre_model
    assert services.songs_of(study).count() == 36


def test_a_study_that_goes_back_to_draft_begins_anew_with_the_active_model(study, newer):
    assert reopened(study).model == newer
    assert services.songs_of(study).count() == 35


def test_playlists_are_made_by_the_model_of_the_study(visitor, genre_model, newer):
    playlist = visitor.go_to("listen").trial.playlist
    assert (playlist.model, playlist.is_ready) == (genre_model, True)


def test_songs_that_the_studys_model_has_not_heard_are_left_out(study, genre_model, newer):
    new = Track.objects.first()
    new.features.filter(model=genre_model).delete()
    assert new not in services.songs_of(study)


def test_a_copy_follows_the_active_model(study, newer):
    assert services.model_of(services.copy_study(study)) == newer


# Registering


def test_the_same_form_twice_is_one_participant(study):
    key = uuid.uuid4()
    assert enrol(study, key) == enrol(study, key)
    assert Participant.objects.count() == 1


def test_the_same_form_counts_even_after_the_study_was_closed(study):
    key = uuid.uuid4()
    known = enrol(study, key)
    services.close_study(study)
    assert enrol(study, key) == known


@pytest.mark.parametrize("state", ["closed", "draft"])
def test_nobody_registers_for_a_study_that_is_not_open(study, state):
    Study.objects.update(state=state)
    with pytest.raises(NotAllowed, match="not taking new participants"):
        enrol(study)


def test_exactly_what_was_agreed_to_is_kept(study):
    participant = enrol(study)
    Study.objects.update(consent="Something else")
    participant.refresh_from_db()
    assert participant.consent_text == study.consent


def test_conditions_are_balanced_among_those_who_registered(three_conditions):
    first = [enrol(three_conditions).trials.get(number=1).condition_id for _ in range(6)]
    assert sorted(Counter(first).values()) == [2, 2, 2]


def test_a_participant_meets_every_condition_once(three_conditions):
    plan = enrol(three_conditions).trials.values_list("condition__name", flat=True)
    assert sorted(plan) == ["b", "c", "genre-space"]


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_is_one_participant(study, at_once):
    key = uuid.uuid4()
    codes = {participant.code for participant in at_once(lambda: enrol(study, key))}
    assert len(codes) == Participant.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_conditions_stay_balanced_when_people_register_at_once(three_conditions, at_once):
    people = at_once(lambda: enrol(three_conditions), times=3)
    orders = {tuple(person.trials.values_list("condition_id", flat=True)) for person in people}
    assert len(orders) == 3


@pytest.mark.django_db(transaction=True)
def test_no_two_people_who_register_at_once_share_a_seed(study, at_once):
    assert len({person.seed for person in at_once(lambda: enrol(study), times=3)}) == 3


# Choosing


def test_a_genre_that_is_not_in_the_study_is_refused(visitor):
    trial = visitor.go_to("genre").trial
    with pytest.raises(NotAllowed, match="not part of the study"):
        services.choose_genre(trial, "Polka")


def test_the_genre_stays_once_a_song_is_chosen(visitor):
    trial = visitor.go_to("wait").trial
    services.choose_genre(trial, "Classical")
    trial.refresh_from_db()
    assert trial.genre == "Rock"


def test_a_second_choice_changes_nothing(visitor):
    trial = visitor.go_to("wait").trial
    other = Track.objects.get(title="Rock 1")
    assert services.choose_query(trial, other).query_track.title == "Rock 0"
    assert Playlist.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_choices_at_once_are_one_playlist(visitor, at_once):
    trial, track = visitor.go_to("song").trial, Track.objects.get(title="Rock 0")
    made = at_once(lambda: services.choose_query(trial, track).pk)
    assert len(set(made)) == Playlist.objects.count() == 1


def test_the_same_seeds_give_the_same_request(visitor, study):
    playlist = visitor.go_to("wait").trial.playlist
    assert playlist.seed == 0 or playlist.seed != study.seed
    assert playlist.params == {"length": 10}
    assert playlist.strategy == "genre_space"


# Rating


def test_a_changed_mind_is_kept_and_counted(trial, shown, liking):
    for value in (2, 5, 5, 1):
        services.rate(trial, shown, {liking: value})
    rating = TrackRating.objects.get()
    assert (rating.value, rating.changes) == (1, 2)


def test_a_changed_rating_keeps_when_it_was_first_given(trial, shown, liking):
    services.rate(trial, shown, {liking: 2})
    first = TrackRating.objects.get().first_rated_at
    services.rate(trial, shown, {liking: 3})
    rating = TrackRating.objects.get()
    assert rating.first_rated_at == first
    assert rating.rated_at > first


@pytest.mark.django_db(transaction=True)
def test_a_rating_sent_twice_at_once_is_one_rating(trial, shown, liking, at_once):
    at_once(lambda: services.rate(trial, shown, {liking: 4}), times=3)
    rating = TrackRating.objects.get()
    assert (rating.value, rating.changes) == (4, 0)


def test_ratings_are_final_once_the_playlist_is_finished(visitor, liking):
    trial = visitor.go_to("end").trial
    with pytest.raises(NotAllowed, match="can't be changed any more"):
        services.rate(trial, trial.playlist.entries.first(), {liking: 1})


def test_going_on_needs_every_required_rating(trial, shown, liking):
    services.rate(trial, shown, {liking: 2})
    with pytest.raises(NotAllowed, match="29 ratings"):
        services.finish_rating(trial)


def test_a_rating_that_is_optional_is_not_waited_for(visitor, study):
    Item.objects.exclude(key="liking").update(required=False)
    trial = visitor.go_to("listen").trial
    assert len(services.unrated(trial)) == 10


# Finishing


def test_the_playlists_survey_sent_again_keeps_the_first_answers(visitor):
    trial = visitor.go_to("end").trial
    item = Item.objects.get(key="satisfaction")
    services.finish_trial(trial, {item: "5"})
    assert Answer.objects.get(item=item).value == "2"


def test_nobody_completes_with_a_playlist_left_to_rate(visitor):
    participant = visitor.go_to("listen").participant
    with pytest.raises(NotAllowed, match="still a playlist to rate"):
        services.complete(participant, {})


def test_completing_twice_keeps_the_first_time_and_answers(visitor, last_question):
    participant = visitor.go_to("thanks").participant
    services.complete(participant, {last_question: "Changed"})
    again = Participant.objects.get()
    assert again.completed_at == participant.completed_at
    assert again.answers.get(item=last_question).value == "No."


# Listening


def report(position: int = 1, key: uuid.UUID | None = None):
    return {"key": key or uuid.uuid4(), "position": position, "start_s": 0.0, "end_s": 4.5}


def test_a_report_of_listening_sent_twice_counts_once(trial):
    sent = report()
    assert [services.record_listening(trial, [sent]) for _ in range(2)] == [1, 1]
    assert ListeningEvent.objects.count() == 1


def test_a_report_about_no_song_of_the_playlist_is_left_out(trial):
    assert services.record_listening(trial, [report(11), report(10)]) == 1
    assert ListeningEvent.objects.get().track.position == 10


def test_a_report_before_there_is_a_playlist_is_left_out(visitor):
    assert services.record_listening(visitor.go_to("song").trial, [report()]) == 0


def test_a_copy_takes_own_songs_as_the_study_does(study):
    Study.objects.update(own_songs=True, own_song_files="kept")
    study.refresh_from_db()
    copy = services.copy_study(study)
    assert (copy.own_songs, copy.own_song_files) == (True, "kept")

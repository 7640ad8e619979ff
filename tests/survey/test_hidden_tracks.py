"""What a study hides among a playlist, whose titles it tells, and whom it marks."""

from datetime import timedelta
from uuid import uuid4

import pytest

from survey import services, views
from survey.models import Flag, ListeningEvent, Participant, Study, TrialTrack

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_settings(study, visitor):
    """A visitor who is about to listen, in a study with these settings."""

    def arrive(**settings):
        Study.objects.filter(pk=study.pk).update(**settings)
        return visitor.go_to("listen")

    return arrive


def roles(trial) -> list[str]:
    return sorted(set(trial.tracks.values_list("role", flat=True)))


def test_all_that_the_study_hides_is_heard_and_has_to_be_rated(with_settings):
    visitor = with_settings(repeat_track=True, query_anchor=True, random_anchor=True)
    page = visitor.get("listen")
    assert len(page.context["tracks"]) == 13
    assert roles(visitor.trial) == ["query", "random", "recommended", "repeat"]
    assert {position for position, _ in services.unrated(visitor.trial)} == set(range(1, 14))


def test_the_anchors_are_the_query_song_and_a_song_from_outside(with_settings):
    trial = with_settings(query_anchor=True, random_anchor=True).trial
    services.present(trial)
    assert trial.tracks.get(role="query").track == trial.playlist.query_track
    stranger = trial.tracks.get(role="random").track
    assert stranger not in [trial.playlist.query_track, *trial.playlist.tracks.all()]


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_see_the_same_tracks(with_settings, at_once):
    trial = with_settings(repeat_track=True, track_order="random").trial
    one, other = at_once(lambda: services.present(trial))
    assert one == other


def test_hidden_titles_are_nowhere_on_the_page(with_settings):
    page = with_settings(titles="hidden").get("listen").text
    assert "Song 10" in page
    assert "Rock 1<" not in page
    assert "Artist of Rock 1<" not in page


def test_a_title_is_revealed_once_the_track_is_rated(with_settings):
    visitor = with_settings(titles="revealed")
    first = services.present(visitor.trial)[0]
    for key in ("liking", "fit"):
        answer = visitor.post("listen/1", {f"track-1-track.{key}": 3})
        assert first.track.title not in answer.text
    answer = visitor.post("listen/1", {"track-1-track.familiarity": 1})
    assert first.track.title in answer.text
    assert services.progress(visitor.trial).named == {1}


def finish(visitor, value):
    visitor.post("listen", visitor.all_ratings(value))
    visitor.post("survey", visitor.survey_answers())


def test_the_same_rating_for_every_track_is_marked_and_kept(with_settings):
    visitor = with_settings(flag_seconds_a_track=None)
    finish(visitor, 3)
    assert list(Flag.objects.values_list("kind", "trial")) == [
        ("straight_lining", visitor.trial.pk)
    ]
    assert visitor.trial.ratings.count() == 30


def test_marks_that_are_switched_off_are_not_made(with_settings):
    finish(with_settings(flag_seconds_a_track=None, flag_straight_lining=False), 3)
    assert not Flag.objects.exists()


def test_ratings_faster_than_the_study_allows_are_marked(with_settings):
    finish(with_settings(flag_seconds_a_track=60.0, flag_straight_lining=False), 3)
    assert Flag.objects.get().kind == Flag.Kind.TOO_FAST


def hear(track: TrialTrack, seconds: float) -> None:
    ListeningEvent.objects.create(key=uuid4(), track=track, start_s=0, end_s=seconds)


def test_simulated_participants_took_as_long_as_they_say_to_have_heard(with_settings):
    """They wait for nothing: by the clock every one of them would be too fast."""
    visitor = with_settings(flag_seconds_a_track=5.0, flag_straight_lining=False)
    Participant.objects.update(simulated=True)
    for track in services.present(visitor.trial):
        hear(track, 20)
    finish(visitor, 3)
    assert not Flag.objects.exists()


def test_a_playlist_hardly_heard_is_marked(with_settings):
    visitor = with_settings(flag_seconds_a_track=None, flag_straight_lining=False)
    hear(services.present(visitor.trial)[0], 30)
    finish(visitor, 3)
    assert Flag.objects.get().detail == "10% heard"


def test_without_any_report_of_a_player_nobody_is_marked_as_not_listening(with_settings):
    finish(with_settings(flag_seconds_a_track=None, flag_straight_lining=False), 3)
    assert not Flag.objects.exists()


def test_a_failed_attention_check_is_marked(with_settings, study):
    check = study.instruments.get(placement="playlist").items.get(key="fit")
    check.right_answer = "5"
    check.save()
    finish(with_settings(flag_seconds_a_track=None, flag_straight_lining=False), 3)
    assert (Flag.objects.get().kind, Flag.objects.get().detail) == (
        "failed_check", "playlist.fit"
    )  # fmt: skip


def test_a_changed_rating_leaves_its_history(with_settings):
    visitor = with_settings()
    for value in (2, 4, 4, 1):
        visitor.post("listen/1", {"track-1-track.liking": value})
    rating = visitor.trial.ratings.get()
    assert rating.value == 1
    assert list(rating.history.values_list("value", flat=True)) == [2, 4]
    assert rating.rated_at - rating.first_rated_at < timedelta(minutes=1)


def test_a_song_that_can_not_be_heard_is_noted_and_its_title_stays_hidden(with_settings):
    visitor = with_settings(titles="revealed")
    answer = visitor.post("listen/2/unheard", {"track-2-unheard": "on"})
    assert 'id="about-2"' in answer.text
    assert services.unheard(visitor.trial) == {2}


def test_another_tab_that_is_late_leads_on_and_changes_nothing(with_settings, monkeypatch):
    visitor = with_settings(flag_straight_lining=False)
    form = visitor.all_ratings(4)
    visitor.post("listen", visitor.all_ratings(2))
    read = views.trials._rating_forms

    def finish_meanwhile(*args):
        forms = read(*args)
        services.finish_trial(visitor.trial, {})
        return forms

    monkeypatch.setattr(views.trials, "_rating_forms", finish_meanwhile)
    assert visitor.post("listen", form).url == visitor.url("end")
    assert set(visitor.trial.ratings.values_list("value", flat=True)) == {2}


def test_a_rating_takes_few_queries_however_many_tracks_there_are(
    with_settings, django_assert_max_num_queries
):
    visitor = with_settings(repeat_track=True, query_anchor=True, random_anchor=True)
    visitor.post("listen", visitor.all_ratings(2))
    with django_assert_max_num_queries(25):
        assert visitor.post("listen/1", {"track-1-track.liking": 4}).status_code == 200

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from recommender.models import Playlist, Track
from survey.models import Answer, Item, ListeningEvent, TrackRating, Trial

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def rate(visitor, key: str, value: object, position: int = 1):
    field = f"track-{position}-track.{key}"
    return visitor.post(f"listen/{position}", {field: value}, headers=HTMX)


# Genre


def test_the_genres_of_the_study_are_offered(visitor):
    page = visitor.go_to("genre").get("genre").text
    assert all(f'value="{genre}"' in page for genre in ("Hip-Hop", "Classical", "Rock"))


@pytest.mark.parametrize("genre", ["Polka", "", "rock", "<b>"])
def test_a_genre_that_is_not_in_the_study_is_refused_in_words(visitor, genre):
    page = visitor.go_to("genre").choose_genre(genre)
    assert "This genre is not part of the study" in page.text
    assert visitor.trial.genre == ""


def test_another_genre_can_be_picked_until_a_song_is_chosen(visitor):
    visitor.go_to("song").choose_genre("Classical")
    assert visitor.trial.genre == "Classical"


# Query song


def titles(page) -> set[str]:
    return {song.title for song in page.context["songs"]}


def test_songs_of_the_genre_are_offered_and_no_others(visitor):
    visitor.register().choose_genre("Classical")
    assert titles(visitor.get("song")) == {f"Classical {number}" for number in range(12)}


def test_the_songs_offered_stay_the_same_on_a_reload(visitor, add_track):
    for number in range(12, 40):
        add_track(f"Rock {number}")
    visitor.go_to("song")
    first, again = (list(visitor.get("song").context["songs"]) for _ in range(2))
    assert first == again
    assert len(first) == 12


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("riverbed", True),
        ("RIVER", True),
        ("lindqvist", True),
        ("tideland", True),
        ("river lindqvist", True),
        ("  river  ", True),
        ("river nobody", False),
        ("%", False),
        ("_", False),
    ],
)
def test_search_finds_songs_by_title_artist_and_album(visitor, add_track, words, found):
    add_track("Riverbed", artist="Maja Lindqvist", album="Tideland")
    page = visitor.go_to("song").get("song", {"q": words})
    assert titles(page) == ({"Riverbed"} if found else set())


def test_a_search_that_finds_nothing_says_so_and_what_to_do(visitor):
    page = visitor.go_to("song").get("song", {"q": "zzz"}).text
    assert "No song of this genre has “zzz” in its title, artist or album" in page


def test_a_search_leaves_out_songs_of_other_genres(visitor):
    assert not titles(visitor.go_to("song").get("song", {"q": "classical"}))


def test_a_search_while_typing_answers_the_songs_alone(visitor):
    page = visitor.go_to("song").get("song", {"q": "Rock 1"}, headers=HTMX)
    assert "<html" not in page.text
    assert titles(page) == {"Rock 1", "Rock 10", "Rock 11"}


def test_a_withdrawn_song_is_not_offered(visitor):
    Track.objects.filter(title="Rock 0").update(available=False)
    assert "Rock 0" not in titles(visitor.go_to("song").get("song"))


def test_a_song_that_the_network_has_not_heard_is_not_offered(visitor):
    Track.objects.get(title="Rock 0").features.all().delete()
    assert "Rock 0" not in titles(visitor.go_to("song").get("song"))


def test_choosing_a_song_leads_to_the_wait_for_its_playlist(visitor):
    assert visitor.go_to("song").choose_song().url == visitor.url("wait")
    assert visitor.trial.playlist.query_track.title == "Rock 0"


def test_a_song_of_another_genre_is_refused(visitor):
    page = visitor.go_to("song").choose_song("Classical 0")
    assert "Please choose one of the songs shown." in page.text
    assert not Playlist.objects.exists()


@pytest.mark.parametrize("key", ["", "x", str(uuid.uuid4()), "\x00"])
def test_what_is_no_song_is_refused_in_words(visitor, key):
    page = visitor.go_to("song").post("song", {"track": key})
    assert "Please choose one of the songs shown." in page.text


def test_choosing_twice_is_one_playlist(visitor):
    visitor.go_to("song").choose_song()
    assert visitor.choose_song("Rock 1").url == visitor.url("wait")
    assert visitor.trial.playlist.query_track.title == "Rock 0"
    assert Playlist.objects.count() == 1


# Waiting


def test_the_wait_goes_on_without_javascript(visitor):
    page = visitor.go_to("wait").get("wait").text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "Rock 0" in page


def test_the_wait_is_asked_about_in_a_fragment(visitor):
    page = visitor.go_to("wait").get("wait", headers=HTMX)
    assert page.status_code == 200
    assert "<html" not in page.text


@pytest.mark.parametrize(("status", "said"), [("queued", "Queued"), ("running", "Finding songs")])
def test_the_wait_says_what_is_being_done(visitor, status, said):
    visitor.go_to("wait")
    Playlist.objects.update(status=status)
    current = visitor.get("wait").text.split('aria-current="step"')[-1]
    assert current.split("</li>")[0].endswith(f"{said}</span>")


def test_a_playlist_that_is_ready_is_shown_at_once(visitor):
    visitor.go_to("wait").get_playlist()
    assert visitor.get("wait").url == visitor.url("listen")
    assert visitor.get("wait", headers=HTMX)["HX-Redirect"] == visitor.url("listen")


def test_a_playlist_that_failed_says_so_and_offers_another_try(visitor):
    visitor.go_to("wait")
    Playlist.objects.update(status="failed", error="Internal words")
    page = visitor.get("wait").text
    assert "Your choice is saved, but no playlist could be made from it." in page
    assert "Try again" in page
    assert "Internal words" not in page


def test_the_waiting_page_is_answered_only_with_news(visitor):
    page = visitor.go_to("wait").get("wait", headers=HTMX)
    seen = page.context["state"]
    assert visitor.get("wait", {"seen": seen}, headers=HTMX).status_code == 204
    assert visitor.get("wait", {"seen": "something else"}, headers=HTMX).status_code == 200


def test_a_failed_playlist_is_asked_for_no_more(visitor):
    visitor.go_to("wait")
    Playlist.objects.update(status="failed")
    assert visitor.get("wait", headers=HTMX).status_code == 286


def test_another_try_queues_the_failed_playlist_again(visitor):
    visitor.go_to("wait")
    Playlist.objects.update(status="failed", attempts=5)
    assert visitor.post("wait").url == visitor.url("wait")
    playlist = visitor.trial.playlist
    assert (playlist.status, playlist.attempts) == ("queued", 0)


def test_after_a_failure_another_song_can_be_chosen(visitor):
    visitor.go_to("wait")
    Playlist.objects.update(status=Playlist.Status.FAILED)
    visitor.post("wait", {"another": ""})
    assert visitor.get("continue").url == visitor.url("song")


def test_a_song_whose_playlist_is_on_its_way_is_not_let_go(visitor):
    visitor.go_to("wait")
    visitor.post("wait", {"another": ""})
    assert visitor.get("continue").url == visitor.url("wait")


def late(visitor):
    visitor.go_to("wait")
    Trial.objects.update(chosen_at=timezone.now() - timedelta(seconds=11))
    return visitor


def test_a_playlist_that_takes_long_says_that_the_choice_is_safe_and_how_to_come_back(visitor):
    seen = visitor.go_to("wait").get("wait", headers=HTMX).context["state"]
    page = late(visitor).get("wait", {"seen": seen}, headers=HTMX).text
    assert "Your choice is saved" in page
    assert visitor.participant.spoken_code in page
    assert "Choose another song" in page


def test_a_playlist_that_takes_long_is_let_go_for_another_song(visitor):
    late(visitor).post("wait", {"another": ""})
    assert visitor.get("continue").url == visitor.url("song")
    assert not Playlist.objects.exists()
    assert visitor.choose_song("Rock 1").url == visitor.url("wait")


def test_a_playlist_that_came_meanwhile_is_not_let_go(visitor):
    late(visitor).get_playlist()
    visitor.post("wait", {"another": ""})
    assert visitor.get("continue").url == visitor.url("listen")


# Ratings


def test_a_rating_is_saved_when_it_is_made(visitor):
    page = rate(visitor.go_to("listen"), "liking", 4)
    assert "Saved" in page.text
    assert TrackRating.objects.get().value == 4


def test_a_saved_rating_is_there_after_a_reload(visitor):
    rate(visitor.go_to("listen"), "liking", 4)
    tracks = dict(visitor.get("listen").context["tracks"])
    first = next(form for shown, form in tracks.items() if shown.position == 1)
    assert first["track.liking"].value() == "4"


@pytest.mark.parametrize("value", ["0", "6", "-1", "x", "", str(10**9), "3.5", "٣x"])
def test_a_rating_that_is_off_the_scale_is_refused_and_not_kept(visitor, value):
    page = rate(visitor.go_to("listen"), "liking", value)
    assert page.status_code == 422
    assert "not a point of the scale" in page.text
    assert not TrackRating.objects.exists()


@pytest.mark.parametrize("position", [0, 11, 10**9])
def test_a_rating_of_no_song_of_the_playlist_is_refused(visitor, position):
    assert rate(visitor.go_to("listen"), "liking", 3, position).status_code == 422
    assert not TrackRating.objects.exists()


def test_a_rating_leaves_those_of_other_songs_alone(visitor):
    visitor.go_to("listen")
    rate(visitor, "liking", 4, position=2)
    rate(visitor, "fit", 2, position=3)
    kept = TrackRating.objects.order_by("track__position")
    assert list(kept.values_list("track__position", "item__key", "value")) == [
        (2, "liking", 4),
        (3, "fit", 2),
    ]


def test_a_changed_rating_is_counted(visitor):
    visitor.go_to("listen")
    for value in (4, 2, 2):
        rate(visitor, "liking", value)
    rating = TrackRating.objects.get()
    assert (rating.value, rating.changes) == (2, 1)


def test_a_rating_is_only_made_by_sending_one(visitor):
    assert visitor.go_to("listen").get("listen/1").status_code == 405


def test_all_ratings_at_once_lead_on(visitor):
    visitor.go_to("listen")
    assert visitor.post("listen", visitor.all_ratings()).url == visitor.url("survey")
    assert TrackRating.objects.count() == 30
    assert visitor.trial.rated_at


def test_missing_ratings_are_marked_and_the_others_kept(visitor):
    given = visitor.go_to("listen").all_ratings()
    left_out = {key for key in given if key.startswith("track-7-")}
    page = visitor.post("listen", {key: given[key] for key in given.keys() - left_out})
    assert page.status_code == 422
    assert page.context["missing"] == {7}
    assert 'class="track card missing" id="track-7"' in page.text
    assert TrackRating.objects.count() == 27


def test_ratings_off_the_scale_sent_with_others_are_missing(visitor):
    given = visitor.go_to("listen").all_ratings()
    page = visitor.post("listen", {**given, "track-7-track.liking": "6"})
    assert page.status_code == 422
    assert page.context["missing"] == {7}
    assert TrackRating.objects.count() == 29


def test_ratings_made_one_by_one_need_not_be_sent_again(visitor):
    visitor.go_to("listen")
    for key, value in visitor.all_ratings().items():
        rate(visitor, key.split(".")[1], value, int(key.split("-")[1]))
    assert visitor.post("listen").url == visitor.url("survey")


def test_the_page_counts_the_songs_that_are_rated(visitor):
    visitor.go_to("listen")
    pages = [rate(visitor, key, 3) for key in ("liking", "fit", "familiarity")]
    assert [page.context["progress"].rated for page in pages] == [set(), set(), {1}]


def test_ratings_can_be_changed_until_the_survey_is_answered(visitor):
    rate(visitor.go_to("survey"), "liking", 5)
    assert TrackRating.objects.get(track__position=1, item__key="liking").value == 5


def test_ratings_that_come_after_the_end_change_nothing(visitor, last_question):
    page = rate(visitor.go_to("end"), "liking", 5)
    assert page.url == visitor.url("end")
    assert not TrackRating.objects.filter(value=5).exists()


def test_a_page_that_sends_only_what_it_changed_leaves_newer_ratings_alone(visitor):
    visitor.go_to("listen").post("listen", visitor.all_ratings(3))
    rate(visitor, "liking", 5)  # in another tab
    visitor.post("listen/2/unheard", {"track-2-unheard": "on"})
    answer = visitor.post("listen", {"changed": "", "track-1-track.fit": "2"})
    assert answer.url == visitor.url("survey")
    of_first = TrackRating.objects.filter(track__position=1)
    assert dict(of_first.values_list("item__key", "value")) == {
        "liking": 5,
        "fit": 2,
        "familiarity": 3,
    }
    assert ListeningEvent.objects.filter(kind="unheard").count() == 1


def test_what_is_kept_stands_on_a_page_that_sent_only_what_it_changed(visitor):
    visitor.go_to("listen")
    rate(visitor, "liking", 4)
    page = visitor.post("listen", {"changed": "", "track-1-track.fit": "2"})
    assert page.status_code == 422
    form = next(form for shown, form in page.context["tracks"] if shown.position == 1)
    assert (form["track.liking"].value(), form["track.fit"].value()) == ("4", "2")


# The playlist's survey and the end


def test_the_survey_asks_the_studys_questions(visitor):
    page = visitor.go_to("survey").get("survey").text
    assert "how much did you like this playlist?" in page


def test_a_survey_with_a_question_left_out_marks_it_and_keeps_the_rest_on_the_page(visitor):
    answers = visitor.go_to("survey").survey_answers()
    del answers["playlist.fit"]
    page = visitor.post("survey", {**answers, "playlist.comment": "So so"})
    assert page.status_code == 422
    assert page.context["form"].errors == {"playlist.fit": ["Please answer this question."]}
    assert "So so" in page.text
    assert not Answer.objects.filter(trial__isnull=False).exists()


def test_a_survey_sent_twice_is_one_survey(visitor, last_question):
    answers = visitor.go_to("survey").survey_answers()
    for _ in range(2):
        assert visitor.post("survey", answers).url == visitor.url("end")
    assert Answer.objects.filter(trial=visitor.trial).count() == 7


def test_with_nothing_left_to_ask_the_last_survey_completes(visitor):
    visitor.go_to("survey").take_step("survey")
    assert visitor.participant.completed_at


def test_a_study_without_a_survey_goes_on_from_the_ratings(visitor, study):
    study.instruments.get(placement="playlist").delete()
    visitor.go_to("listen").take_step("listen")
    assert visitor.get("continue").url == visitor.url("thanks")


def test_the_last_survey_leads_to_the_thanks_at_once(visitor):
    answers = visitor.go_to("survey").survey_answers()
    assert visitor.post("survey", answers).url == visitor.url("thanks")


def test_the_last_questions_lead_to_the_thanks_at_once(visitor, last_question):
    page = visitor.go_to("end").post("end", {"last.remarks": "No."})
    assert page.url == visitor.url("thanks")


def test_after_the_end_the_completion_code_is_the_only_one(visitor):
    person = visitor.go_to("end").participant
    page = visitor.get("thanks").text
    assert person.completion_code in page
    assert "data-copy" in page
    assert person.spoken_code not in page
    assert visitor.get("code").url == visitor.url("thanks")


def test_a_text_that_is_far_too_long_comes_back_with_the_form_and_why(visitor):
    answers = visitor.go_to("survey").survey_answers()
    typed = "A long word. " * 250_000
    page = visitor.post("survey", {**answers, "playlist.comment": typed})
    assert page.status_code == 422
    assert "Please write at most 5000 characters; you have written 3249999." in page.text
    assert page.context["form"]["playlist.comment"].value() == typed


def test_the_browser_is_not_told_to_cut_what_is_pasted(visitor):
    assert "maxlength" not in visitor.go_to("survey").get("survey").text


def test_a_second_playlist_follows_the_first(visitor, study):
    study.n_trials = 2
    study.save()
    answers = visitor.go_to("survey").survey_answers()
    assert visitor.post("survey", answers).url == visitor.url("genre").replace("/1/", "/2/")
    assert not visitor.participant.completed_at


def test_the_end_shows_the_completion_code_and_the_debriefing(visitor, study):
    page = visitor.go_to("end").get("thanks").text
    assert visitor.participant.completion_code in page
    assert "What this study is about" in page


def test_the_last_questions_sent_twice_are_answered_once(visitor, last_question):
    visitor.go_to("end")
    for text in ("First", "Second"):
        visitor.post("end", {"last.remarks": text})
    assert Answer.objects.get(item=last_question).value == "First"


# Listening


def send(visitor, reports: object):
    text = reports if isinstance(reports, str) else json.dumps(reports)
    return visitor.client.post(visitor.url("heard"), text, content_type="application/json")


def report(**parts: object) -> dict[str, object]:
    good = {"key": str(uuid.uuid4()), "position": 1, "start_s": 0, "end_s": 4.5}
    return {**good, **parts}


def test_what_was_heard_is_kept(visitor):
    answer = send(visitor.go_to("listen"), [report(), report(position=2, start_s=3)])
    assert (answer.status_code, answer.json()) == (200, {"kept": 2})
    kept = ListeningEvent.objects.values_list("track__position", "start_s", "end_s")
    assert sorted(kept) == [(1, 0.0, 4.5), (2, 3.0, 4.5)]


def test_a_report_sent_twice_counts_once(visitor):
    reports = [report()]
    visitor.go_to("listen")
    assert [send(visitor, reports).status_code for _ in range(2)] == [200, 200]
    assert ListeningEvent.objects.count() == 1


@pytest.mark.parametrize("text", ["", "{", "3", "null", '"x"', "[1]", '["x"]', "[null]", "[[1]]"])
def test_what_is_no_report_is_refused(visitor, text):
    assert send(visitor.go_to("listen"), text).status_code == 400


def test_bytes_that_are_no_text_are_refused(visitor):
    url = visitor.go_to("listen").url("heard")
    answer = visitor.client.post(url, b"\xff\xfe\x00", content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "parts",
    [
        {"start_s": 5, "end_s": 2},
        {"end_s": "NaN"},
        {"end_s": 1e9},
        {"start_s": -1},
        {"key": "x"},
        {"position": 11},
        {"position": None},
        {"position": {}},
    ],
)
def test_a_report_that_can_not_be_true_is_left_out_and_the_others_kept(visitor, parts):
    answer = send(visitor.go_to("listen"), [report(**parts), report()])
    assert (answer.status_code, answer.json()) == (422, {"kept": 1})
    assert ListeningEvent.objects.get().end_s == 4.5


def test_a_report_reaches_nobody_elses_playlist(newcomer):
    one, other = newcomer().go_to("listen"), newcomer().go_to("listen")
    send(one, [report()])
    assert ListeningEvent.objects.get().track.entry.playlist == one.trial.playlist
    assert other.trial.tracks.exclude(listening=None).count() == 0


def test_a_report_about_a_playlist_that_is_not_planned_is_not_found(visitor):
    url = visitor.go_to("listen").url("heard").replace("/1/", "/2/")
    assert visitor.client.post(url, "[]", content_type="application/json").status_code == 404


def test_reports_that_come_after_the_page_was_left_still_count(visitor):
    send(visitor.go_to("survey"), [report()])
    assert ListeningEvent.objects.count() == 1


def test_every_moment_of_a_trial_is_noted(visitor):
    began = timezone.now()
    trial: Trial = visitor.go_to("end").trial
    assert began < trial.chosen_at < trial.rated_at < trial.finished_at


def test_a_comment_is_kept_as_it_was_typed(visitor):
    answers = visitor.go_to("survey").survey_answers()
    typed = '=1+1 "quoted" <b>ünïcödé</b>\r\nnext line 🎵'
    visitor.post("survey", {**answers, "playlist.comment": typed})
    item = Item.objects.get(key="comment")
    assert Answer.objects.get(item=item).value == typed

"""Stopping and erasing: by oneself, at any time, once, with a receipt."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recommender.models import Playlist, PlaylistTrack
from recommender.services import build_playlist
from survey import services
from survey.models import (
    Answer,
    Erasure,
    ListeningEvent,
    Participant,
    SoundCheck,
    Study,
    TrackRating,
    Trial,
    TrialTrack,
)

pytestmark = pytest.mark.django_db

OF_A_PARTICIPANT = (
    *(Participant, Trial, TrialTrack, TrackRating, Answer, ListeningEvent, SoundCheck),
    *(Playlist, PlaylistTrack),
)
REPORT = {"key": "5d1ab9d5-0b6e-4b21-a65a-3e5e7a1c7d11", "position": 1, "start_s": 0, "end_s": 9}


def report(visitor):
    return visitor.client.post(
        visitor.url("heard"), json.dumps([REPORT]), content_type="application/json"
    )


@pytest.fixture
def rated(visitor):
    """Somebody who has rated, listened, changed their mind, and done the sound check."""
    visitor.go_to("listen")
    report(visitor)
    visitor.post("listen", visitor.all_ratings())
    visitor.post("listen", visitor.all_ratings(4))
    visitor.participant.sound_checks.create(passed=True)
    visitor.participant.flags.create(kind="too_fast")
    return visitor


# The way there


@pytest.mark.parametrize("page", ["code", "genre", "listen", "thanks", ""])
def test_every_page_of_a_participant_leads_to_leaving_and_to_the_data(visitor, page):
    visitor.go_to(page if page in visitor.WAY else "genre")
    text = visitor.get(page).text
    assert f'href="{visitor.url("leave")}"' in text
    assert f'href="{visitor.url("my-data")}"' in text


def test_with_the_code_anybody_leaves_from_another_device(visitor, newcomer):
    code, other = visitor.register().participant.code, newcomer()
    assert "?next=my-data" in other.get().text
    assert other.get("leave").url == f"{other.url('resume')}?next=leave"
    answer = other.client.post(f"{other.url('resume')}?next=leave", {"code": code})
    assert answer.url == other.url("leave")


@pytest.mark.parametrize("wanted", ["https://evil.example", "admin:index", "thanks"])
def test_the_code_form_leads_nowhere_else(visitor, newcomer, wanted):
    code, other = visitor.register().participant.code, newcomer()
    answer = other.client.post(f"{other.url('resume')}?next={wanted}", {"code": code})
    assert answer.url == other.url("genre")


@pytest.mark.parametrize("how", ["", "stop", "erase", "nonsense"])
def test_looking_at_the_page_changes_nothing(visitor, how):
    assert visitor.register().get("leave", {"how": how}).status_code == 200
    assert visitor.participant.status == Participant.Status.ACTIVE


def test_a_choice_that_is_none_changes_nothing(visitor):
    assert visitor.register().post("leave", {"how": "nonsense"}).status_code == 200
    assert visitor.participant.status == Participant.Status.ACTIVE


@pytest.mark.parametrize("state", ["closed", "archived", "paused"])
def test_leaving_does_not_depend_on_the_studys_state(visitor, state):
    visitor.register()
    Study.objects.update(state=state)
    visitor.post("leave", {"how": "erase"})
    assert not Participant.objects.exists()


# Stopping


def test_who_stops_keeps_their_data_and_goes_no_further(rated):
    assert rated.post("leave", {"how": "stop"}).url == rated.url("left")
    person = rated.participant
    assert (person.status, person.left_because) == ("withdrawn", "own_wish")
    assert person.left_at
    assert rated.trial.ratings.count() == 30
    assert rated.get("survey").url == rated.url("left")


def test_stopping_twice_changes_nothing(visitor):
    visitor.register().post("leave", {"how": "stop"})
    at = visitor.participant.left_at
    assert visitor.post("leave", {"how": "stop"}).url == visitor.url("left")
    assert visitor.participant.left_at == at


def test_who_has_completed_can_not_stop_any_more_but_erase(visitor):
    visitor.go_to("thanks")
    assert "how=stop" not in visitor.get("leave").text
    assert visitor.post("leave", {"how": "stop"}).url == visitor.url("thanks")
    assert visitor.participant.status == Participant.Status.COMPLETED


def test_what_the_player_still_reports_does_no_harm(rated):
    rated.post("leave", {"how": "stop"})
    ListeningEvent.objects.all().delete()
    assert report(rated).json() == {"kept": 0}
    assert not ListeningEvent.objects.exists()


def test_a_rating_from_another_tab_leads_to_the_last_page(visitor):
    rating = {"track-1-track.liking": "3"}
    visitor.go_to("listen").post("leave", {"how": "stop"})
    page = visitor.post("listen/1", rating, headers={"HX-Request": "true"})
    assert page["HX-Redirect"] == visitor.url("left")


def test_a_stopped_persons_code_leads_to_the_last_page(visitor, newcomer):
    visitor.register().post("leave", {"how": "stop"})
    other = newcomer()
    assert other.post("resume", {"code": visitor.participant.code}).url == other.url("left")


# Erasing


def test_erasing_leaves_nothing_but_a_receipt(rated):
    secrets = {rated.participant.pseudonym, rated.participant.code}
    rated.post("leave", {"how": "erase"})
    assert [model.__name__ for model in OF_A_PARTICIPANT if model.objects.exists()] == []
    erasure = Erasure.objects.get()
    assert (erasure.rows["track ratings"], erasure.rows["playlists"]) == (30, 1)
    assert not any(secret in json.dumps(erasure.rows) for secret in secrets)
    kept = {key for key in rated.client.session.keys() if key.endswith(f"-{rated.study.pk}")}  # noqa: SIM118
    assert kept == {f"receipt-{rated.study.pk}", f"language-{rated.study.pk}"}


def test_nobody_elses_data_are_erased(newcomer):
    leaving, staying = newcomer(), newcomer()
    for person in (leaving, staying):
        person.go_to("survey")
    leaving.post("leave", {"how": "erase"})
    assert staying.trial.ratings.count() == 30
    assert staying.trial.playlist.is_ready


def test_the_receipt_is_shown_and_can_be_taken_away(visitor):
    page = visitor.client.get(visitor.register().post("leave", {"how": "erase"}).url)
    receipt = Erasure.objects.get().spoken_receipt
    assert receipt in page.text
    file = visitor.client.get(f"{visitor.url('erased')}receipt.txt")
    assert receipt in file.text
    assert file["Content-Disposition"] == 'attachment; filename="receipt.txt"'


def test_erasing_twice_shows_the_same_receipt(visitor):
    first = visitor.register().post("leave", {"how": "erase"})
    assert visitor.post("leave", {"how": "erase"}).url == first.url
    assert Erasure.objects.count() == 1


def test_an_old_tab_of_an_erased_person_leads_to_the_receipt(rated):
    rated.post("leave", {"how": "erase"})
    for page, form in [("listen", rated_form()), ("survey", {}), ("end", {})]:
        assert rated.post(page, form).url == rated.url("erased")
    assert report(rated).status_code == 403


def rated_form() -> dict[str, str]:
    return {"track-1-track.liking": "3"}


def test_a_receipt_is_shown_in_its_own_browser_alone(visitor, newcomer):
    visitor.register().post("leave", {"how": "erase"})
    stranger = newcomer()
    assert stranger.get("erased").url == stranger.url()
    assert stranger.client.get(f"{stranger.url('erased')}receipt.txt").status_code == 302


def test_an_erased_persons_code_is_unknown(visitor, newcomer):
    code = visitor.register().participant.code
    visitor.post("leave", {"how": "erase"})
    pages = [newcomer().post("resume", {"code": word}) for word in (code, "2222-3333-4444")]
    assert {page.status_code for page in pages} == {422}
    assert all("does not know that code" in page.text for page in pages)


def test_who_had_everything_erased_can_take_part_again(visitor):
    visitor.register().post("leave", {"how": "erase"})
    assert visitor.register().participant.status == Participant.Status.ACTIVE
    assert visitor.post("leave", {"how": "erase"}).url == visitor.url("erased")
    assert Erasure.objects.count() == 2


def test_a_playlist_that_is_still_being_made_is_not_made_after_all(visitor):
    pk = visitor.go_to("wait").trial.playlist.pk
    visitor.post("leave", {"how": "erase"})
    build_playlist(pk)
    assert not Playlist.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_saving_while_another_tab_erases_everything_breaks_nothing(rated, monkeypatch):
    rate = services.rate

    def erased_meanwhile(trial, *rating):
        if Participant.objects.exists():
            services.erase(trial.participant)
        rate(trial, *rating)

    monkeypatch.setattr(services, "rate", erased_meanwhile)
    assert rated.post("listen", rated_form()).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_several_tabs_erasing_at_once_make_one_receipt(study, at_once, visitor):
    person = visitor.go_to("listen").participant

    def erase() -> bool:
        try:
            services.erase(person)
        except Participant.DoesNotExist:
            return False
        return True

    assert sorted(at_once(erase, 3)) == [False, False, True]
    assert Erasure.objects.count() == 1


# Strangers


@pytest.mark.parametrize("page", ["leave", "left", "my-data", "my-data/download"])
def test_a_stranger_sees_and_does_nothing(visitor, newcomer, page):
    visitor.go_to("genre")
    stranger = newcomer()
    for answer in (stranger.get(page), stranger.post(page, {"how": "erase"})):
        assert answer.status_code in (302, 405)
    assert Participant.objects.count() == 1


def test_a_participant_of_another_study_is_a_stranger(visitor, study):
    visitor.register()
    Study.objects.create(slug="other", title="O", state="open", model=study.model)
    visitor.client.post("/s/other/leave/", {"how": "erase"})
    assert Participant.objects.count() == 1


def test_a_wrong_code_and_another_studys_take_the_same_work(visitor, newcomer, study):
    other = Study.objects.create(slug="o", title="O", state="open", model=study.model)
    visitor.register()
    Participant.objects.update(study=other)
    counts = []
    for code in (Participant.objects.get().code, "WRNG-WRNG-WRNG"):
        with CaptureQueriesContext(connection) as done:
            newcomer().post("resume", {"code": code})
        counts.append(len(done))
    assert counts[0] == counts[1]


def test_no_address_and_no_log_holds_a_code(visitor, caplog):
    with caplog.at_level("DEBUG"):
        visitor.go_to("genre")
        code = visitor.participant.code
        addresses = [visitor.get(page).get("Location", "") for page in ("continue", "my-data")]
        visitor.post("resume", {"code": code})
        visitor.post("leave", {"how": "erase"})
    logged = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("django.db"))
    assert code not in logged + "".join(addresses)

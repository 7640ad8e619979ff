"""A study in several languages, read by people who speak one of them."""

import uuid

import pytest
from django.test import Client

from survey.languages import preferred
from survey.models import Answer, Item, Study, TrackRating
from tests.sounds import encoded, tune

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9,en;q=0.5"}


def text(response) -> str:
    return response.content.decode()


def in_german(visitor):
    visitor.client.defaults.update(GERMAN)
    return visitor


@pytest.fixture
def arabic(study: Study) -> Study:
    """The demo study in Arabic alone, which pages are not translated into."""
    study.language, study.translations = "ar", {}
    study.title, study.consent = "ما الذي يصنع قائمة جيدة؟", "أوافق على المشاركة."
    study.save()
    said = {"text": "بماذا تستمع اليوم؟", "translations": {}}
    Item.objects.filter(key="device").update(**said, options=["سماعات", "مكبرات"])
    return study


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de", "de"),
        ("de-AT, en;q=0.5", "de"),
        ("fr, es-MX;q=0.8, en;q=0.5", "es"),
        ("en;q=0.1, es;q=0.9", "es"),
        ("fr", None),
        ("*", None),
        ("not ; a header, q=", None),
        ("", None),
    ],
)
def test_the_first_language_of_the_browser_that_is_there_is_taken(accepted, language):
    assert preferred(accepted, ["en", "de", "es"]) == language


def test_a_language_with_a_region_is_found_without_it():
    assert preferred("pt", ["en", "pt-br"]) == "pt-br"


def test_a_german_browser_gets_the_study_and_its_pages_in_german(visitor):
    page = in_german(visitor).get()
    assert '<html lang="de" dir="ltr">' in text(page)
    assert "Was macht eine gute Playlist aus?" in text(page)
    assert "Teilnehmen" in text(page)
    assert page["Content-Language"] == "de"


def test_a_language_that_the_study_lacks_is_answered_in_the_studys_own(visitor):
    page = text(visitor.get(HTTP_ACCEPT_LANGUAGE="fr"))
    assert '<html lang="en" dir="ltr">' in page
    assert "What makes a good playlist?" in page


def test_a_study_in_one_language_offers_no_choice(visitor, study):
    Study.objects.update(translations={})
    assert 'class="languages"' not in text(visitor.get())


def test_a_choice_before_registration_holds_on_every_page_and_is_kept(visitor):
    back = visitor.post("language", {"language": "es", "next": visitor.url()})
    assert back.url == visitor.url()
    assert "¿Qué hace buena a una playlist?" in text(visitor.get())
    visitor.register()
    assert visitor.participant.language == "es"
    assert "Este es su código" in text(visitor.get("code"))


def test_a_participant_can_change_the_language_midway_and_stays_where_they_were(visitor):
    visitor.go_to("listen")
    back = visitor.post("language", {"language": "de", "next": visitor.url("listen")})
    assert back.url == visitor.url("listen")
    page = text(visitor.get("listen"))
    assert "Wie gut gefällt Ihnen dieser Song?" in page
    assert "Gefällt mir eher nicht" in page
    assert visitor.participant.language == "de"


def test_the_language_comes_along_to_another_device(visitor, newcomer):
    in_german(visitor).register()
    other = newcomer()
    other.post("resume", {"code": visitor.participant.code})
    assert "Das ist Ihr Code" in text(other.get("code"))


@pytest.mark.parametrize("language", ["fr", "", "../../etc", "x" * 1000])
def test_a_language_that_is_not_offered_changes_nothing(visitor, language):
    visitor.register()
    assert visitor.post("language", {"language": language}).status_code == 302
    assert visitor.participant.language == "en"


@pytest.mark.parametrize("next_url", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_changing_the_language_leads_to_no_other_site(visitor, next_url):
    assert visitor.post("language", {"language": "de", "next": next_url}).url == visitor.url()


def test_consent_is_kept_as_it_was_read(visitor):
    in_german(visitor).consent()
    visitor.post("language", {"language": "es"})
    form = {"registration_key": str(uuid.uuid4()), "background.device": "Loudspeakers"}
    visitor.post("register", form)
    assert visitor.participant.consent_text.startswith("Ich habe diese Informationen gelesen")
    assert visitor.participant.language == "es"


def test_answers_are_stored_the_same_in_every_language(newcomer):
    one, other = newcomer(), in_german(newcomer())
    for visitor in (one, other):
        visitor.go_to("thanks")
    for rows in (Answer, TrackRating):
        about = "participant" if rows is Answer else "trial__participant"
        kept = [
            list(rows.objects.filter(**{about: v.participant}).values_list("item", "value"))
            for v in (one, other)
        ]
        assert kept[0]
        assert kept[0] == kept[1]


def test_an_option_is_read_in_german_and_sent_as_the_studys_own(visitor):
    page = text(in_german(visitor).consent().get("register"))
    assert 'value="Loudspeakers"' in page
    assert "Mit Lautsprechern" in page


def test_own_data_tell_answers_in_the_participants_language(visitor):
    page = text(in_german(visitor).register().get("my-data"))
    assert "Womit hören Sie heute?" in page
    assert "Mit Lautsprechern" in page


def test_mistakes_are_told_in_the_participants_language(visitor):
    page = text(in_german(visitor).consent().post("register", {"registration_key": uuid.uuid4()}))
    assert "Bitte beantworten Sie diese Frage." in page


def test_a_song_that_is_refused_says_why_in_german(visitor, own_songs):
    in_german(visitor).register().choose_genre()
    assert "Das ist keine Audiodatei" in text(visitor.upload(b"just some words"))
    visitor.upload(encoded(tune(seconds=2.0)))
    visitor.get_playlist()
    assert "mindestens 5 s sind nötig" in text(visitor.get("song"))


def test_a_form_that_came_too_late_is_refused_in_the_participants_language(visitor):
    strict = Client(enforce_csrf_checks=True, **GERMAN)
    page = strict.post(visitor.url("consent"), {"agree": "on"})
    assert page.status_code == 403
    assert "Diese Seite war zu lange offen" in text(page)


def test_the_receipt_is_in_the_language_of_who_left(visitor):
    visitor.register()
    visitor.post("language", {"language": "de"})
    visitor.post("leave", {"how": "erase"})
    assert "Alles ist gelöscht" in text(visitor.get("erased"))


def test_the_list_of_studies_speaks_the_browsers_language(study, client):
    page = client.get("/", **GERMAN)
    assert "Was macht eine gute Playlist aus?" in text(page)
    assert "Accept-Language" in page["Vary"]


def test_the_researchers_area_stays_english(researcher, study):
    page = text(researcher.get("/admin/survey/study/", **GERMAN))
    assert '<html lang="en' in page
    assert "Log out" in page
    assert "Was macht" not in page


def test_one_request_leaves_no_language_to_the_next(visitor, newcomer):
    in_german(visitor).get()
    assert "Take part" in text(newcomer().get())


def test_a_language_without_pages_has_english_pages_and_says_which_text_is_in_it(visitor, arabic):
    page = text(visitor.get())
    assert '<html lang="en" dir="ltr">' in page
    assert f'<h1 lang="ar" dir="rtl">{arabic.title}</h1>' in page
    assert "Take part" in page


def test_questions_from_right_to_left_keep_the_pages_words_from_left_to_right(visitor, arabic):
    page = text(visitor.consent().get("register"))
    assert '<fieldset class="question options" lang="ar" dir="rtl"' in page
    wrong = text(visitor.post("register", {"registration_key": uuid.uuid4()}))
    assert 'lang="en" dir="ltr">Please answer this question.' in wrong

import pytest

from survey.models import Study

pytestmark = pytest.mark.django_db

OWN_PAGES = (
    *("code", "continue", "genre", "song", "wait", "listen", "listen/1", "survey", "end"),
    *("listen/1/unheard", "sound", "left", "thanks"),
)
STEPS = ("genre", "song", "wait", "listen", "survey", "end", "thanks")
# From here one may still go back to these.
OPEN_BESIDES = {"song": {"genre"}, "survey": {"listen"}}


@pytest.mark.parametrize("page", OWN_PAGES)
def test_a_participants_page_asks_anybody_else_for_the_code(visitor, page):
    assert visitor.get(page).url == visitor.url("resume")
    assert visitor.post(page).url == visitor.url("resume")


def test_being_asked_for_the_code_says_why(visitor):
    page = visitor.client.get(visitor.url("song"), follow=True)
    assert "Please type your code to continue where you were." in page.text


@pytest.mark.parametrize("step", STEPS)
def test_pages_that_are_too_early_or_too_late_lead_to_the_place(visitor, last_question, step):
    visitor.go_to(step)
    others = set(STEPS) - {step} - OPEN_BESIDES.get(step, set())
    led = {page: visitor.get(page).get("Location") for page in others}
    assert led == dict.fromkeys(others, visitor.url(step))


@pytest.mark.parametrize("number", [2, 99])
def test_a_trial_that_is_not_ones_turn_leads_to_the_place(visitor, number):
    visitor.go_to("song")
    page = visitor.url("song").replace("/1/", f"/{number}/")
    assert visitor.client.get(page).url == visitor.url("song")


def test_one_participants_session_reaches_nothing_of_another(newcomer):
    one, other = newcomer().go_to("listen"), newcomer().go_to("listen")
    one.post("listen", one.all_ratings(1))
    assert one.trial.ratings.count() == 30
    assert other.trial.ratings.count() == 0


def test_a_session_of_one_study_is_none_of_another(visitor, study):
    visitor.register()
    other = Study.objects.create(slug="other", title="Other", state="open", model=study.model)
    page = visitor.client.get(f"{other.get_absolute_url()}continue/")
    assert page.url == f"{other.get_absolute_url()}resume/"


def test_two_studies_in_one_browser_do_not_get_mixed_up(visitor, study):
    other = Study.objects.create(
        slug="other", title="Other", state="open", model=study.model, consent="C", genres=["Rock"]
    )
    other.conditions.create(name="a")
    visitor.register()
    visitor.study = other
    visitor.register()
    assert set(visitor.client.session.keys()) >= {f"participant-{s.pk}" for s in (study, other)}


def test_a_participant_who_was_erased_is_a_stranger(visitor):
    visitor.go_to("song").participant.delete()
    assert visitor.get("song").url == visitor.url("resume")

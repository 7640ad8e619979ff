import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.forms import ModelForm, modelform_factory
from django.urls import reverse

from recommender.engine.strategies import STRATEGIES
from recommender.models import Track
from survey.admin.conditions import PARAMS, ConditionForm
from survey.models import Condition, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def press(researcher, study):
    """Press a button of the study's page; gives what the researcher is told."""

    def press(name: str, data: dict | None = None) -> str:
        answer = researcher.post(reverse(f"admin:study_{name}", args=[study.pk]), data or {})
        assert answer.status_code == 302
        return " ".join(str(message) for message in get_messages(answer.wsgi_request))

    return press


@pytest.fixture
def draft(study) -> Study:
    Study.objects.update(state="draft")
    study.refresh_from_db()
    return study


@pytest.fixture
def page(researcher, study):
    return lambda: researcher.get(reverse("admin:survey_study_change", args=[study.pk]))


def test_a_study_is_opened_by_its_button(press, draft):
    assert press("open").startswith("The study is now: Open")
    assert Study.objects.get().is_open


def test_a_study_is_closed_by_its_button(press):
    assert press("close").startswith("The study is now: Closed")
    assert Study.objects.get().state == "closed"


def test_a_study_that_nobody_took_part_in_becomes_a_draft_again(press):
    assert press("draft").startswith("The study is now: Draft")


def test_a_study_that_people_took_part_in_says_why_it_stays(press, visitor):
    visitor.register()
    assert "People have taken part already" in press("draft")
    assert Study.objects.get().is_open


def test_a_study_that_can_not_work_says_why_it_stays_closed(press, draft):
    Track.objects.update(available=False)
    assert "The library has no song labelled Rock" in press("open")
    assert Study.objects.get().is_draft


def test_what_stands_against_opening_is_on_the_page(page, draft):
    draft.conditions.all().delete()
    assert "Before it can be opened: It has no condition" in page().text


def test_songs_that_are_not_equally_loud_stand_against_opening(press, page, draft):
    Track.objects.filter(title="Rock 0").update(loudness_target=None)
    Track.objects.filter(title="Rock 1").update(loudness_problem="Silent.")
    assert "Before it can be opened: One song is not as loud as the others yet" in page().text
    said = press("open")
    assert "One song is played at the file" in said
    assert Study.objects.get().is_draft


def test_a_study_is_opened_all_the_same_by_a_button_that_says_so(press, page, draft):
    assert "Open although songs are not equally loud" not in page().text
    Track.objects.filter(title="Rock 0").update(loudness_target=None)
    assert "Open although songs are not equally loud" in page().text
    press("open_uneven")
    assert Study.objects.get().is_open


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("draft", ["Start a pilot", "Open the study", "Try it as a new participant"]),
        ("pilot", ["Open the study", "Back to draft", "Try it as a new participant"]),
        ("open", ["Pause", "Close the study", "Back to draft"]),
        ("paused", ["Open the study", "Close the study", "Back to draft"]),
        ("closed", ["Open the study", "Archive", "Back to draft"]),
        ("archived", ["Bring back from the archive"]),
    ],
)
def test_the_buttons_fit_the_state(page, state, offered):
    Study.objects.update(state=state)
    others = {
        "Analyse and export",
        "Export",
        "Copy",
        "Download",
        "Add",
        "Search",
        "Log out",
        "Save",
    }
    buttons = re.findall(r'<input type="submit"[^>]* ?value="([^"]+)"', page().text)
    assert [b for b in buttons if not any(b.startswith(o) for o in others)] == offered


@pytest.mark.parametrize("name", ["pilot", "open", "pause", "close", "archive", "draft"])
def test_a_button_is_pressed_and_never_only_looked_at(researcher, study, name):
    address = reverse(f"admin:study_{name}", args=[study.pk])
    assert researcher.get(address).status_code == 405
    assert Study.objects.get().is_open


@pytest.mark.parametrize("name", ["open", "close", "draft", "copy", "instrument", "try"])
def test_strangers_press_no_button(client, study, name):
    answer = client.post(reverse(f"admin:study_{name}", args=[study.pk]))
    assert answer.url.startswith("/admin/login/")
    assert Study.objects.get().is_open


@pytest.mark.parametrize("name", ["pause", "close", "draft", "copy", "instrument"])
def test_who_may_only_look_changes_nothing(client, study, name):
    user = get_user_model().objects.create_user("colleague", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_study"))
    client.force_login(user)
    form = {"use": "track-ratings", "placement": "end"}
    assert client.post(reverse(f"admin:study_{name}", args=[study.pk]), form).status_code == 403
    assert Study.objects.get().is_open
    assert study.instruments.count() == 3


def test_the_questions_of_an_open_study_are_fixed(page):
    form = page().context["adminform"].form
    assert set(form.fields) == {
        *("title", "summary", "minutes", "debriefing", "contact", "abandoned_after_minutes"),
        *("max_participants", "opens_at", "closes_at", "open_link", "quotas", "full_url"),
        *("flag_straight_lining", "flag_failed_checks", "flag_seconds_a_track"),
        *("flag_heard_share", "completion_code", "completion_url"),
        *("screen_out_code", "screen_out_url", "seen"),
    }


def test_everything_about_a_draft_can_be_changed(page, draft):
    form = page().context["adminform"].form
    assert {"slug", "consent", "genres", "n_trials", "seed"} <= set(form.fields)


def test_what_was_fixed_stays_though_somebody_sends_it(researcher, page, study):
    form = page().context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data["consent"] = "Changed"
    for prefix in ("conditions", "instruments"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    researcher.post(reverse("admin:survey_study_change", args=[study.pk]), data)
    assert Study.objects.get().consent == study.consent


def test_a_study_that_people_took_part_in_is_not_deleted(researcher, visitor, study):
    visitor.register()
    answer = researcher.post(reverse("admin:survey_study_delete", args=[study.pk]), {"post": "yes"})
    assert answer.status_code == 403
    assert Study.objects.exists()


def test_a_copy_is_a_draft_with_the_same_questions_and_nobodys_answers(press, visitor, study):
    visitor.register()
    assert "This is the copy" in press("copy")
    copy = Study.objects.get(slug="demo-2")
    assert (copy.is_draft, copy.participants.count()) == (True, 0)
    assert list(copy.conditions.values("name", "strategy", "params")) == list(
        study.conditions.values("name", "strategy", "params")
    )
    asked = ("key", "placement", "items__key", "items__text", "items__options")
    assert list(copy.instruments.values(*asked)) == list(study.instruments.values(*asked))


def test_the_copied_study_stays_as_it_was(press, study):
    before = list(study.instruments.values())
    press("copy")
    assert list(study.instruments.values()) == before
    assert Study.objects.get(pk=study.pk).is_open


def test_ready_made_questions_are_added_to_a_draft(press, draft):
    draft.instruments.all().delete()
    press("instrument", {"use": "track-ratings", "placement": "track"})
    assert draft.instruments.get().items.count() == 3


@pytest.mark.parametrize(
    ("use", "placement", "said"),
    [
        ("nonsense", "track", "There is no ready-made instrument"),
        ("../demo/study", "track", "There is no ready-made instrument"),
        ("track-ratings", "nowhere", "nowhere"),
        ("track-ratings", "end", "already exists"),
    ],
)
def test_questions_that_do_not_fit_are_refused_in_words(press, draft, use, placement, said):
    assert said in press("instrument", {"use": use, "placement": placement})
    assert draft.instruments.count() == 3


def test_no_questions_are_added_to_an_open_study(press, study):
    said = press("instrument", {"use": "listening-habits", "placement": "end"})
    assert "to a draft only" in said
    assert study.instruments.count() == 3


def test_a_new_study_begins_with_the_genres_of_the_network(researcher, genre_model):
    page = researcher.get(reverse("admin:survey_study_add"))
    assert (
        page.context["adminform"].form["genres"].value() == ('["Hip-Hop", "Classical", "Rock"]')
        or page.context["adminform"].form.initial["genres"] == genre_model.genres
    )


def test_the_list_counts_who_began_and_who_completed(researcher, newcomer):
    newcomer().register()
    newcomer().go_to("end")
    row = researcher.get(reverse("admin:survey_study_changelist")).context["cl"].result_list[0]
    assert (row.begun, row.done) == (2, 1)


def test_a_study_says_which_model_it_uses_and_what_that_has_not_heard(researcher, study):
    study.model.features.first().delete()
    shown = researcher.get(reverse("admin:survey_study_change", args=[study.pk])).text
    assert "has heard 35 of 36 available tracks; the other 1 are left out" in shown


# Conditions

Form = modelform_factory(Condition, form=ConditionForm, fields=("name", "strategy"))


def condition(study, strategy="genre_space", **values) -> ModelForm:
    defaults = {f"param_{param.name}": param.default for param in PARAMS.values()}
    form = Form(
        {"name": "new", "strategy": strategy, **defaults, **values},
        instance=Condition(study=study, name="new"),
    )
    form.is_valid()
    return form


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=lambda strategy: strategy.name)
def test_every_param_of_a_strategy_is_a_field(strategy):
    fields = ConditionForm.base_fields
    assert all(fields[f"param_{p.name}"].help_text == p.help for p in strategy.params)


def test_only_what_differs_from_the_default_is_kept(study):
    assert condition(study).instance.params == {}
    values = {"param_length": "5", "param_diversity": "0.3", "param_distinct": ""}
    assert condition(study, **values).instance.params == {
        "length": 5,
        "diversity": 0.3,
        "distinct": False,
    }


def test_an_empty_field_means_the_default(study):
    form = condition(study, param_length="", param_diversity="")
    assert form.errors == {}
    assert form.instance.params == {}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"param_length": "0"}, "param_length"),
        ({"param_diversity": "2"}, "param_diversity"),
        ({"strategy": "magic"}, "strategy"),
    ],
)
def test_what_a_condition_can_not_be_is_said_at_its_field(study, values, field):
    assert field in condition(study, **values).errors


def test_kept_params_come_back_into_their_fields(study):
    kept = Condition(study=study, name="new", params={"length": 7, "distinct": False})
    form = Form(instance=kept)
    assert form["param_length"].value() == 7
    assert form["param_distinct"].value() is False
    assert form["param_diversity"].value() == 0.0


def test_a_condition_is_edited_on_the_page_of_its_study(draft, page):
    draft.conditions.update(params={"length": 7})
    text = page().text
    assert 'name="conditions-0-param_length" value="7"' in text
    assert 'name="conditions-0-params"' not in text


def test_once_opened_a_conditions_params_are_only_shown(study, page):
    study.conditions.update(params={"length": 7})
    text = page().text
    assert "param_length" not in text
    assert "&quot;length&quot;: 7" in text


def test_once_opened_a_condition_may_still_take_more_people_and_keeps_its_params(
    researcher, study, page
):
    study.conditions.update(params={"length": 7})
    form = page().context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    condition = study.conditions.get()
    data |= {"instruments-TOTAL_FORMS": 0, "instruments-INITIAL_FORMS": 0}
    data |= {"conditions-TOTAL_FORMS": 1, "conditions-INITIAL_FORMS": 1}
    data |= {"conditions-0-id": condition.pk, "conditions-0-study": study.pk}
    data |= {"conditions-0-max_participants": 9, "conditions-0-strategy": "random"}
    researcher.post(reverse("admin:survey_study_change", args=[study.pk]), data)
    again = Condition.objects.get()
    assert (again.max_participants, again.params) == (9, {"length": 7})
    assert again.strategy == condition.strategy

"""Forms with a row for each record: none is too long to be saved."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from survey.models import Item, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def questionnaire(study):
    """A draft's questionnaire of 120 questions."""
    Study.objects.update(state=Study.State.DRAFT)
    instrument = study.instruments.create(key="long", placement="end", position=9)
    Item.objects.bulk_create(
        Item(
            instrument=instrument, key=f"q{n}", text=f"Question {n}", position=n, options=["a", "b"]
        )
        for n in range(120)
    )
    return instrument


def filled_in(page: str) -> dict[str, str]:
    """What a browser would send of the page's form."""
    form = BeautifulSoup(page, "html.parser").select_one("#instrument_form")
    sent = {
        field["name"]: field.get("value", "on" if field.get("type") == "checkbox" else "")
        for field in form.select("input[name]")
        if field.get("type") not in ("submit", "checkbox") or field.has_attr("checked")
    }
    sent |= {field["name"]: field.get_text().lstrip("\n") for field in form.select("textarea")}
    for field in form.select("select"):
        chosen = field.select_one("option[selected]")
        sent[field["name"]] = chosen["value"] if chosen else ""
    return sent


def test_a_questionnaire_of_120_questions_is_saved(researcher, questionnaire):
    address = reverse("admin:survey_instrument_change", args=[questionnaire.pk])
    sent = filled_in(researcher.get(address).text)
    assert len(sent) > 1000
    sent["items-119-text"] = "Changed"
    answer = researcher.post(address, sent)
    assert answer.status_code == 302, answer.text[-2000:]
    assert questionnaire.items.get(key="q119").text == "Changed"

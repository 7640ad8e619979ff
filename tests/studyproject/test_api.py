"""What holds at every address of the API."""

from itertools import product

import pytest
from django.test import Client

from analysis.models import Report
from recommender.models import Playlist, Track
from recommender.parameters import MOST_ON_A_PAGE
from studyproject.urls import api
from survey.models import Participant, Study

pytestmark = pytest.mark.django_db
LISTS = [f"/api/{name}/" for name, _, _ in api.registry]
MODELS = {"tracks": Track, "playlists": Playlist, "studies": Study, "participants": Participant}
MODELS |= {"reports": Report}
SUFFIXES = ["", ".json", ".api", ".zip", ".xml", ".csv", ".", ".%00"]
ACCEPTS = [
    "*/*",
    "application/json",
    "text/html",
    "application/zip",
    "text/csv",
    "",
    ";",
    "a/b;q=x",
]


@pytest.fixture
def rows(visitor, study) -> list[str]:
    """Every address there is, with a row of each list."""
    visitor.go_to("end")
    study.reports.create()
    single = [f"{at}{MODELS[at.split('/')[2]].objects.last().pk}/" for at in LISTS]
    download = f"/api/reports/{Report.objects.get().pk}/download/"
    return ["/api/", "/api/schema/", *LISTS, *single, download]


def test_every_list_is_looked_at():
    assert set(MODELS) == {name for name, _, _ in api.registry}


def test_with_any_suffix_and_anything_accepted_there_is_an_answer(admin_client: Client, rows):
    for address, suffix, accept in product(rows, SUFFIXES, ACCEPTS):
        at = address.removesuffix("/") + suffix if suffix else address
        answer = admin_client.get(at, headers={"accept": accept})
        assert answer.status_code in (200, 404, 406), (at, accept, answer.status_code)
        assert "no-store" in answer["Cache-Control"]


def test_what_an_address_does_not_know_is_refused_with_what_it_knows(admin_client: Client, rows):
    for address, name in product(rows, ("study", "page", "ordering", "search", "Limit", "a[]", "")):
        answer = admin_client.get(address, {name: "x"}, headers={"accept": "application/json"})
        assert answer.status_code == 400, (address, name)
        known = (
            "limit, offset" if address in LISTS else "None is" if "load" in address else "format"
        )
        assert known in answer.json()[name][0]


def test_one_row_knows_no_page(admin_client: Client, rows):
    (single,) = [at for at in rows if at.startswith("/api/studies/") and at not in LISTS]
    assert admin_client.get(single, {"limit": 1}).status_code == 400


@pytest.mark.parametrize("at", LISTS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("limit", value) for value in ("0", "-1", "abc", "", "1.5", "1e3", "１", "9" * 30)),
        *(("offset", value) for value in ("-1", "abc", "", "0x1", "9" * 30)),
        ("limit", str(MOST_ON_A_PAGE + 1)),
        ("format", "xml"),
    ],
)
def test_a_wrong_value_is_refused_in_words(admin_client: Client, at: str, name: str, value: str):
    answer = admin_client.get(at, {name: value})
    assert answer.status_code == 400
    assert list(answer.json()) == [name]


def test_a_parameter_given_twice_is_refused(admin_client: Client):
    answer = admin_client.get("/api/tracks/?limit=1&limit=2")
    assert (answer.status_code, answer.json()) == (
        400,
        {"limit": ["This is given more than once."]},
    )


def test_pages_are_as_asked_for(admin_client: Client, library):
    first = admin_client.get("/api/tracks/", {"limit": 2}).json()
    second = admin_client.get(first["next"]).json()
    ids = [row["id"] for page in (first, second) for row in page["results"]]
    assert ids == list(Track.objects.values_list("pk", flat=True)[:4])
    too_far = admin_client.get("/api/tracks/", {"offset": "9" * 13}).json()
    assert too_far == {"offset": ["This has to be a whole number from 0 to 999999999999."]}
    beyond = admin_client.get("/api/tracks/", {"offset": "9" * 12})
    assert beyond.json()["results"] == []
    assert admin_client.get("/api/tracks/", {"limit": MOST_ON_A_PAGE}).status_code == 200


def test_whoever_may_not_look_learns_no_parameters(client: Client):
    assert client.get("/api/tracks/", {"x": "1"}).status_code == 403


@pytest.mark.parametrize("number", ["x", "0", "-1", "9" * 30, "%00", "1.5", "１"])
def test_a_row_that_there_is_not_is_not_found(admin_client: Client, number: str):
    for at in LISTS:
        assert admin_client.get(f"{at}{number}/").status_code == 404
    assert admin_client.get(f"/api/reports/{number}/download/").status_code == 404


def test_a_file_is_given_as_what_it_is(admin_client: Client, study):
    report = study.reports.create(status=Report.Status.READY)
    report.archive.parent.mkdir(parents=True, exist_ok=True)
    report.archive.write_bytes(b"PK")
    at = f"/api/reports/{report.pk}/download"
    for address, accept in product((f"{at}/", f"{at}.zip"), ACCEPTS):
        answer = admin_client.get(address, headers={"accept": accept})
        assert answer.status_code == 200, (address, accept)
        assert (answer["Content-Type"], answer.getvalue()) == ("application/zip", b"PK")
    refused = admin_client.get(f"{at}.json")
    assert (refused.status_code, refused.json()) == (
        404,
        {"detail": "The files come as a ZIP; there is no json of them."},
    )

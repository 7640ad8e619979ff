"""Reports and exports over the API."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from kombu.exceptions import OperationalError

from analysis import progress
from analysis.models import Report
from analysis.tasks import make_report
from survey.models import Study

pytestmark = pytest.mark.django_db
LIST = "/api/reports/"


@pytest.fixture
def staff(client: Client, django_user_model) -> Client:
    """Signed in, staff, without any permission."""
    client.force_login(django_user_model.objects.create_user("ana", is_staff=True))
    return client


@pytest.fixture
def researcher(staff: Client, django_user_model) -> Client:
    may_see = Permission.objects.get(codename="view_study", content_type__app_label="survey")
    django_user_model.objects.get().user_permissions.add(may_see)
    return staff


@pytest.fixture(autouse=True)
def enqueued(monkeypatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(make_report, "delay_on_commit", found.append)
    return found


def ask(client: Client, **about: str) -> dict:
    response = client.post(LIST, about, content_type="application/json")
    assert response.status_code == 202, response.content
    return response.json()


def test_strangers_and_staff_without_the_right_are_refused(client: Client, staff, study: Study):
    about = {"study": study.slug}
    report = Report.objects.create(study=study)
    for one in (Client(), staff):
        assert one.post(LIST, about, content_type="application/json").status_code == 403
        for address in (LIST, f"{LIST}{report.pk}/", f"{LIST}{report.pk}/download/"):
            assert one.get(address).status_code == 403
    assert Report.objects.count() == 1


def test_an_export_is_asked_for_and_enqueued(researcher: Client, study: Study, enqueued):
    said = ask(researcher, study=study.slug, kind="data")
    assert (said["study"], said["kind"], said["status"]) == ("pilot", "data", "queued")
    assert said["download"] is None
    assert enqueued == [said["id"]]


def test_without_a_kind_it_is_a_report(researcher: Client, study: Study):
    assert ask(researcher, study=study.slug)["kind"] == "report"


def test_asking_again_gives_the_one_that_is_not_finished(researcher: Client, study: Study):
    first = ask(researcher, study=study.slug, kind="data")
    assert ask(researcher, study=study.slug, kind="data")["id"] == first["id"]
    assert ask(researcher, study=study.slug, kind="report")["id"] != first["id"]


@pytest.mark.parametrize("about", [{}, {"study": "other"}, {"study": "pilot", "kind": "x"}])
def test_what_there_is_not_is_refused_in_words(researcher: Client, study: Study, about: dict):
    response = researcher.post(LIST, about, content_type="application/json")
    assert response.status_code == 400
    assert set(response.json()) <= {"study", "kind"}


def test_a_field_that_there_is_not_is_refused_with_those_there_are(researcher, study: Study):
    about = {"study": study.slug, "kidn": "data", "status": "ready"}
    response = researcher.post(LIST, about, content_type="application/json")
    assert response.status_code == 400
    said = ["Not known. Known are: study, kind."]
    assert response.json() == {"kidn": said, "status": said}
    assert not Report.objects.exists()


def test_without_a_broker_it_says_what_to_do(researcher: Client, study: Study, monkeypatch):
    def away(pk: int) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(make_report, "delay_on_commit", away)
    said = ask(researcher, study=study.slug, kind="data")
    assert "python manage.py export_data pilot --out pilot-data.zip" in said["error"]


def test_while_it_runs_it_says_how_far_it_is(researcher: Client, study: Study, tmp_path):
    report = Report.objects.create(study=study, kind="data", status=Report.Status.RUNNING)
    report.folder.parent.mkdir(parents=True)
    progress.tell(report.pk, "ratings and answers", 500, 33_334)
    said = researcher.get(f"{LIST}{report.pk}/").json()
    assert said["progress"] == "ratings and answers: 500 of 33,334"


def test_once_ready_it_is_downloaded(researcher: Client, study: Study):
    asked = ask(researcher, study=study.slug, kind="data")
    make_report(asked["id"])
    said = researcher.get(f"{LIST}{asked['id']}/").json()
    assert (said["status"], said["rows"]["ratings"], len(said["data_hash"])) == ("ready", 6, 64)
    response = researcher.get(said["download"])
    assert response["Content-Disposition"] == 'attachment; filename="pilot-data.zip"'
    assert "ratings.csv" in ZipFile(BytesIO(response.getvalue())).namelist()


def test_before_it_is_ready_there_is_nothing_to_download(researcher: Client, study: Study):
    asked = ask(researcher, study=study.slug, kind="data")
    response = researcher.get(f"{LIST}{asked['id']}/download/")
    assert response.status_code == 404
    assert "not ready" in response.json()["detail"]


def test_it_can_be_neither_changed_nor_deleted(researcher: Client, study: Study):
    report = Report.objects.create(study=study)
    for act in (researcher.put, researcher.patch, researcher.delete):
        assert act(f"{LIST}{report.pk}/", {}, content_type="application/json").status_code == 405


def test_the_schema_describes_it(admin_client: Client):
    paths = admin_client.get("/api/schema/", headers={"accept": "application/json"}).json()["paths"]
    assert set(paths["/api/reports/"]) == {"get", "post"}
    assert "202" in paths["/api/reports/"]["post"]["responses"]
    ready = paths["/api/reports/{id}/download/"]["get"]["responses"]["200"]
    assert list(ready["content"]) == ["application/zip"]

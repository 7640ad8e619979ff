"""The report's pages: who may see them, and what they say in each state."""

import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from analysis import progress, services
from analysis.models import Report
from analysis.tasks import make_report
from survey.models import Study, TrackRating

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reports_dir(settings, tmp_path: Path) -> Path:
    settings.REPORTS_DIR = tmp_path / "reports"
    return settings.REPORTS_DIR


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


@pytest.fixture
def enqueued(monkeypatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(make_report, "delay_on_commit", found.append)
    return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """The files of the first report: the study is every test's, and so are they."""
    return tmp_path_factory.mktemp("kept") / "report"


@pytest.fixture
def ready(study: Study, kept: Path) -> Report:
    report = services.request_report(study)
    if kept.exists():
        shutil.copytree(kept, report.folder)
        services.finish(services.begin(report.pk), {"ratings": 6}, "0" * 64)
    else:
        make_report(report.pk)
        shutil.copytree(report.folder, kept)
    return Report.objects.get(pk=report.pk)


def addresses(report: Report) -> list[str]:
    names = ("report", "download", "alone")
    return [reverse(f"analysis:{name}", args=[report.pk]) for name in names]


def test_strangers_are_sent_to_sign_in(client: Client, ready: Report):
    requested = client.post(reverse("analysis:request", args=[ready.study_id]))
    for response in (requested, *map(client.get, addresses(ready))):
        assert response.status_code == 302
        assert reverse("admin:login") in response["Location"]
    assert Report.objects.count() == 1


def test_staff_who_may_not_see_studies_are_refused(staff: Client, ready: Report):
    requested = staff.post(reverse("analysis:request", args=[ready.study_id]))
    for response in (requested, *map(staff.get, addresses(ready))):
        assert response.status_code == 403
    assert Report.objects.count() == 1


def test_a_request_is_enqueued_and_leads_to_the_report(
    researcher: Client, study: Study, enqueued: list[int]
):
    response = researcher.post(reverse("analysis:request", args=[study.pk]))
    report = Report.objects.get()
    assert response["Location"] == reverse("analysis:report", args=[report.pk])
    assert enqueued == [report.pk]


def test_reading_the_address_requests_nothing(researcher: Client, study: Study):
    assert researcher.get(reverse("analysis:request", args=[study.pk])).status_code == 405


def test_an_unfinished_report_looks_again_by_itself(researcher: Client, study: Study):
    report = services.request_report(study)
    response = researcher.get(report.get_absolute_url())
    assert response["Refresh"] == "3"
    assert "waiting for a worker" in response.content.decode()


def test_without_a_broker_the_request_stays_and_the_command_line_is_offered(
    researcher: Client, study: Study, monkeypatch
):
    def away(pk: int) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(make_report, "delay_on_commit", away)
    response = researcher.post(reverse("analysis:request", args=[study.pk]), follow=True)
    assert "python manage.py analyse_study pilot --out" in response.content.decode()
    assert "Refresh" not in response
    assert Report.objects.get().status == Report.Status.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_does_not_listen_counts_as_away(
    researcher: Client, study: Study, monkeypatch, tmp_path: Path
):
    nobody = f"redis+socket://{tmp_path / 'nobody.sock'}"
    with make_report.app.connection_for_write(nobody) as connection:
        monkeypatch.setattr(
            make_report, "delay", lambda pk: make_report.apply_async((pk,), connection=connection)
        )
        response = researcher.post(reverse("analysis:request", args=[study.pk]), follow=True)
    assert "can&#x27;t be reached" in response.content.decode()


def test_asking_again_after_the_broker_is_back_clears_the_message(
    researcher: Client, study: Study, enqueued: list[int]
):
    report = services.request_report(study)
    services.note_no_queue(report)
    researcher.post(reverse("analysis:request", args=[study.pk]))
    assert enqueued == [report.pk]
    assert Report.objects.get().error == ""


def test_a_failed_report_says_why(researcher: Client, study: Study):
    report = services.request_report(study)
    services.fail(services.begin(report.pk), "OSError: disk full.")
    response = researcher.get(report.get_absolute_url())
    assert "OSError: disk full." in response.content.decode()
    assert "Refresh" not in response


def test_a_ready_report_is_read_on_its_page(researcher: Client, ready: Report):
    page = researcher.get(ready.get_absolute_url()).text.split('id="content"')[1]
    assert '<td class="number">4.00</td>' in page
    assert "1 of 2 participants is simulated: " in page
    assert "Circularity:" in page
    assert "Confounding:" in page
    assert "<svg " in page


def test_the_reports_page_has_no_style_that_its_policy_would_refuse(researcher, ready):
    assert "style=" not in researcher.get(ready.get_absolute_url()).text.split('id="content"')[1]


def test_a_ready_report_says_when_there_are_newer_data(researcher: Client, ready: Report):
    assert "There are newer data" not in researcher.get(ready.get_absolute_url()).text
    TrackRating.objects.update(changes=9)
    assert "There are newer data" in researcher.get(ready.get_absolute_url()).text


def test_a_ready_report_is_downloaded_as_one_page(researcher: Client, ready: Report):
    response = researcher.get(reverse("analysis:alone", args=[ready.pk]))
    assert response["Content-Disposition"] == 'attachment; filename="pilot-report.html"'
    page = b"".join(response.streaming_content).decode()
    assert page == (ready.folder / "report.html").read_text("utf-8")


def test_a_ready_report_is_downloaded_as_zip(researcher: Client, ready: Report):
    response = researcher.get(addresses(ready)[1])
    assert response["Content-Disposition"] == 'attachment; filename="pilot-report.zip"'
    names = ZipFile(BytesIO(b"".join(response.streaming_content))).namelist()
    assert {"ratings.csv", "codebook.csv", "manifest.json"} < set(names)


def test_files_that_are_gone_are_said_to_be_gone(researcher: Client, ready: Report):
    shutil.rmtree(ready.folder)
    page, *downloads = addresses(ready)
    assert "files of this report are gone" in researcher.get(page).text
    assert [researcher.get(address).status_code for address in downloads] == [404, 404]


def test_reports_are_listed_but_not_edited(admin_client: Client, ready: Report):
    page = admin_client.get(reverse("admin:analysis_report_changelist")).content.decode()
    assert ready.get_absolute_url() in page
    assert admin_client.get(reverse("admin:analysis_report_add")).status_code == 403
    change = reverse("admin:analysis_report_change", args=[ready.pk])
    assert admin_client.get(change).status_code == 200
    assert admin_client.post(change, {"status": "failed"}).status_code == 403


def test_what_the_web_process_imports_is_light():
    heavy = "{'pandas', 'statsmodels', 'tensorflow', 'keras', 'librosa', 'numba'}"
    script = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'studyproject.settings';"
        "django.setup(); import analysis.admin, analysis.urls, analysis.views, analysis.tasks;"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


# Erased people


def test_a_report_says_who_was_erased_since(researcher, ready):
    page = ready.get_absolute_url()
    assert "had everything" not in researcher.get(page).text
    ready.study.erasures.create()
    assert "1 person has had everything" in " ".join(researcher.get(page).text.split())


def test_a_deleted_report_leaves_no_files(client, django_user_model, ready):
    client.force_login(django_user_model.objects.create_superuser("root"))
    assert ready.folder.is_dir()
    address = reverse("admin:analysis_report_delete", args=[ready.pk])
    client.post(address, {"post": "yes"})
    assert not Report.objects.exists()
    assert not ready.folder.exists()


def test_looking_at_studies_is_no_right_to_delete_a_report(researcher, ready):
    address = reverse("admin:analysis_report_delete", args=[ready.pk])
    assert researcher.post(address, {"post": "yes"}).status_code == 403
    assert "Delete this report" not in researcher.get(ready.get_absolute_url()).text


# Exports of all data


@pytest.fixture
def export(study: Study) -> Report:
    report = services.request_report(study, Report.Kind.DATA)
    make_report(report.pk)
    return Report.objects.get(pk=report.pk)


def test_an_export_is_asked_for_on_the_studys_page(admin_client, study, enqueued):
    page = admin_client.get(reverse("admin:survey_study_change", args=[study.pk]))
    assert 'value="Export all data"' in page.text
    admin_client.post(reverse("analysis:request", args=[study.pk]), {"kind": "data"})
    assert Report.objects.get().kind == Report.Kind.DATA
    assert enqueued == [Report.objects.get().pk]


def test_a_kind_that_there_is_not_is_refused(researcher, study):
    address = reverse("analysis:request", args=[study.pk])
    assert researcher.post(address, {"kind": "all"}).status_code == 400
    assert not Report.objects.exists()


def test_an_export_says_who_is_in_it_and_is_downloaded(researcher, export):
    page = " ".join(researcher.get(export.get_absolute_url()).text.split())
    assert "2 participants registered, 1 of them completed" in page
    assert "<td>6</td>" in page
    response = researcher.get(addresses(export)[1])
    assert response["Content-Disposition"] == 'attachment; filename="pilot-data.zip"'


def test_a_running_export_says_how_far_it_is(researcher, study, reports_dir: Path):
    report = services.begin(services.request_report(study, Report.Kind.DATA).pk)
    reports_dir.mkdir()
    progress.tell(report.pk, "packing", 3, 17)
    assert "Packing: 3 of 17." in researcher.get(report.get_absolute_url()).text


def test_a_new_export_is_asked_for_on_the_old_ones_page(researcher, export, enqueued):
    page = researcher.get(export.get_absolute_url()).text
    assert '<input type="hidden" name="kind" value="data">' in page
    assert "Make a new export" in page

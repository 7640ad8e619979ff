import zipfile
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError
from django.utils import timezone

from analysis import services
from analysis.models import Report
from analysis.tasks import make_report
from survey.models import Study, TrackRating

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reports_dir(settings, tmp_path: Path) -> Path:
    settings.REPORTS_DIR = tmp_path / "reports"
    return settings.REPORTS_DIR


def test_a_report_is_made_into_its_folder_and_nothing_else_is_left(study: Study, reports_dir: Path):
    report = services.request_report(study)
    make_report(report.pk)
    report.refresh_from_db()
    assert report.is_ready
    assert report.rows["ratings"] == 6
    assert len(report.data_hash) == 64
    assert "manifest.json" in zipfile.ZipFile(report.archive).namelist()
    assert [path.name for path in reports_dir.iterdir()] == [str(report.pk)]


def test_a_finished_report_is_not_made_again(study: Study):
    report = services.request_report(study, Report.Kind.DATA)
    make_report(report.pk)
    finished = Report.objects.get().finished_at
    make_report(report.pk)
    assert Report.objects.get().finished_at == finished


def test_a_report_whose_worker_was_killed_is_made_anew(study: Study):
    report = services.request_report(study)
    Report.objects.update(status=Report.Status.RUNNING)
    report.folder.mkdir(parents=True)
    (report.folder / "half.csv").write_text("half")
    make_report(report.pk)
    assert Report.objects.get().is_ready
    assert not (report.folder / "half.csv").exists()


def test_a_report_that_is_gone_is_no_error(db: None):
    make_report(1)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (OSError("No space left on device"), "OSError: No space left on device"),
        (SoftTimeLimitExceeded(), "longer than 30 minutes"),
    ],
)
def test_a_failure_says_what_and_what_to_do(
    study: Study, monkeypatch, reports_dir: Path, problem: Exception, said: str
):
    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr("analysis.report.publishing.write_report", fail)
    report = services.request_report(study)
    make_report(report.pk)
    report.refresh_from_db()
    assert report.status == Report.Status.FAILED
    assert said in report.error
    assert "python manage.py analyse_study pilot --out" in report.error
    assert list(reports_dir.iterdir()) == []


def test_asking_twice_is_one_report_until_it_is_finished(study: Study):
    first = services.request_report(study)
    assert services.request_report(study) == first
    services.fail(services.begin(first.pk), "OSError: disk full.")
    assert services.request_report(study) != first


def test_a_report_that_would_come_out_the_same_is_not_made_again(study: Study):
    first = services.request_report(study, Report.Kind.DATA)
    make_report(first.pk)
    assert services.request_report(study, Report.Kind.DATA) == first
    TrackRating.objects.update(rated_at=timezone.now(), changes=9)
    assert services.request_report(study, Report.Kind.DATA) != first


def test_the_database_holds_one_unfinished_report_a_study(study: Study):
    services.request_report(study)
    with pytest.raises(IntegrityError):
        Report.objects.create(study=study, status=Report.Status.RUNNING)


# Exports of all data


@pytest.fixture
def asked(study: Study) -> Report:
    return services.request_report(study, Report.Kind.DATA)


def test_an_export_is_its_zip_and_what_its_page_shows(asked: Report, reports_dir: Path):
    make_report(asked.pk)
    asked.refresh_from_db()
    assert (asked.is_ready, asked.rows["ratings"]) == (True, 6)
    assert {path.name for path in asked.folder.iterdir()} == {"pilot-data.zip", "manifest.json"}
    assert [path.name for path in reports_dir.iterdir()] == [str(asked.pk)]


def test_an_export_and_a_report_of_a_study_can_be_made_at_the_same_time(asked: Report):
    assert services.request_report(asked.study) != asked
    assert services.request_report(asked.study, Report.Kind.DATA) == asked


def test_a_failed_export_names_its_own_command(asked: Report, monkeypatch, reports_dir: Path):
    def fail(*_: object, **options: object) -> None:
        options["tell"]("packing", 1, 2)
        raise OSError("No space left on device")

    monkeypatch.setattr("analysis.export.packing.export_data", fail)
    make_report(asked.pk)
    asked.refresh_from_db()
    assert "OSError: No space left on device" in asked.error
    assert "python manage.py export_data pilot --out pilot-data.zip" in asked.error
    assert list(reports_dir.iterdir()) == []

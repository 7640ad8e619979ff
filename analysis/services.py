"""One function for each thing that happens to a report. Nothing here enqueues: callers do."""

import shutil

from django.db import transaction
from django.utils import timezone

from survey.models import Study

from .freshness import fingerprint
from .models import Report, ReportQuerySet

NO_QUEUE = (
    "The queue for background work can't be reached, so no worker has been told of this report. "
    "Start the broker and ask again, or make the tables at once with: {command}"
)
COMMANDS = {
    Report.Kind.REPORT: "python manage.py analyse_study {slug} --out report",
    Report.Kind.DATA: "python manage.py export_data {slug} --out {slug}-data.zip",
}


def by_hand(report: Report) -> str:
    """The command that makes the same, here and now."""
    return COMMANDS[Report.Kind(report.kind)].format(slug=report.study.slug)


def request_report(study: Study, kind: Report.Kind = Report.Kind.REPORT) -> Report:
    """The report of this kind that is not finished yet, or that would come out the same again;
    else one to be made."""
    with transaction.atomic():
        # Locked, so that two clicks at once don't make two reports.
        study = Study.objects.select_for_update().get(pk=study.pk)
        of_kind = Report.objects.filter(study=study, kind=kind)
        report = (
            of_kind.unfinished().first()
            or _current(of_kind)
            or of_kind.create(study=study, kind=kind)
        )
        if report.error:
            report.error = ""
            report.save(update_fields=["error"])
    return report


def _current(reports: ReportQuerySet) -> Report | None:
    last = reports.filter(status=Report.Status.READY).first()
    return last if last and last.is_current and last.archive.is_file() else None


def note_no_queue(report: Report) -> None:
    """Keep the request and say what to do, when the broker could not be told."""
    report.error = NO_QUEUE.format(command=by_hand(report))
    report.save(update_fields=["error"])


def begin(pk: int) -> Report | None:
    """The report to make, now running; None when it is gone or finished already."""
    Report.objects.unfinished().filter(pk=pk).update(status=Report.Status.RUNNING, error="")
    report = Report.objects.filter(pk=pk, status=Report.Status.RUNNING).first()
    if report:
        # Before anything is read: what comes in meanwhile makes it an older one.
        report.state = fingerprint(report.study)
        report.save(update_fields=["state"])
    return report


def finish(report: Report, rows: dict[str, int], data_hash: str) -> None:
    _end(report, status=Report.Status.READY, rows=rows, data_hash=data_hash, error="")


def fail(report: Report, error: str) -> None:
    _end(report, status=Report.Status.FAILED, error=error)


def delete_report(report: Report) -> None:
    """With its files, as somebody whose data are in them may have had theirs erased."""
    folder = report.folder
    report.delete()
    shutil.rmtree(folder, ignore_errors=True)


def _end(report: Report, **changes: object) -> None:
    running = Report.objects.filter(pk=report.pk, status=Report.Status.RUNNING)
    running.update(finished_at=timezone.now(), **changes)

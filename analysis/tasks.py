"""Reports made in the background."""

import logging
import shutil
import tempfile
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from kombu.exceptions import OperationalError

from . import progress, services
from .models import Report

if TYPE_CHECKING:
    from analysis.data.manifest import Written

logger = logging.getLogger(__name__)

MINUTES = 30


@shared_task(soft_time_limit=60 * MINUTES, time_limit=60 * (MINUTES + 1))
def make_report(pk: int) -> None:
    """Write a report's files; handed out again, it begins anew, and once finished it stays."""
    report = services.begin(pk)
    if report is None:
        return
    try:
        _make(report)
    except SoftTimeLimitExceeded:
        services.fail(report, f"It took longer than {MINUTES} minutes. {by_hand(report)}")
    except Exception as problem:
        logger.exception("Report %s failed", pk)
        services.fail(report, f"{type(problem).__name__}: {problem}. {by_hand(report)}")


def enqueue_report(report: Report) -> None:
    """Hand it to the queue; when the broker is away, the report says so."""
    try:
        make_report.delay_on_commit(report.pk)
    except OperationalError:
        services.note_no_queue(report)


def by_hand(report: Report) -> str:
    return f"Ask for it again, or see the whole error with: {services.by_hand(report)}"


def _make(report: Report) -> None:
    report.folder.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and moved at the end: a killed worker leaves no half a report.
    aside = Path(tempfile.mkdtemp(prefix=f".{report.pk}-", dir=report.folder.parent))
    write = _write_data if report.kind == Report.Kind.DATA else _write_report
    try:
        written = write(report, aside)
        shutil.rmtree(report.folder, ignore_errors=True)
        aside.rename(report.folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        progress.clear(report.pk)
    services.finish(report, written.rows, written.data_hash)


# Both import, when they are called, seconds and many megabytes that the web process must not pay.


def _write_report(report: Report, folder: Path) -> "Written":
    from analysis.data.csv_files import write_zip
    from analysis.export.packing import complete
    from analysis.report.publishing import write_report

    made = write_report(report.study, folder, tell=partial(progress.tell, report.pk))
    complete(made.of, folder)
    write_zip(folder / report.archive.name, folder)
    return made.written


def _write_data(report: Report, folder: Path) -> "Written":
    """The ZIP alone, and of its files the one that the report's page shows."""
    from analysis.export.packing import export_data

    archive = folder / report.archive.name
    written = export_data(report.study, archive, tell=partial(progress.tell, report.pk))
    with zipfile.ZipFile(archive) as packed:
        packed.extract("manifest.json", folder)
    return written

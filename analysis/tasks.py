"""Reports made in the background."""

import logging
import shutil
import tempfile
from pathlib import Path

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from . import services
from .models import Report

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


def by_hand(report: Report) -> str:
    return (
        "Ask for it again, or see the whole error with: "
        f"python manage.py analyse_study {report.study.slug} --out report"
    )


def _make(report: Report) -> None:
    # Seconds and many megabytes, which the web process must not pay.
    from .export import write_zip
    from .report import write_report

    report.folder.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and moved at the end: a killed worker leaves no half a report.
    aside = Path(tempfile.mkdtemp(prefix=f".{report.pk}-", dir=report.folder.parent))
    try:
        written = write_report(report.study, aside)
        write_zip(aside / report.archive.name, list(aside.iterdir()))
        shutil.rmtree(report.folder, ignore_errors=True)
        aside.rename(report.folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    services.finish(report, written.rows, written.data_hash)

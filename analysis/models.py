"""Reports: one row for each time that somebody asked for a study's analysis."""

from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from survey.models import Study

from . import progress
from .freshness import fingerprint


class ReportQuerySet(models.QuerySet["Report"]):
    def unfinished(self) -> Self:
        return self.filter(status__in=Report.UNFINISHED)


class Report(models.Model):
    """A study's tables as they were when it was made; its files lie in its folder."""

    class Kind(models.TextChoices):
        REPORT = "report", "report: tables and statistics"
        DATA = "data", "all data: what participants did, row by row"

    class Status(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        RUNNING = "running", "computing the tables"
        READY = "ready", "ready"
        FAILED = "failed", "failed"

    UNFINISHED = (Status.QUEUED, Status.RUNNING)

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.REPORT)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    data_hash = models.CharField(
        max_length=64, blank=True, help_text="The same data give the same hash."
    )
    state = models.CharField(
        max_length=64, blank=True, help_text="Of the study's data and plan when it was made."
    )
    rows = models.JSONField(default=dict, blank=True, help_text="Number of rows, by file.")
    error = models.TextField(blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "kind"],
                condition=Q(status__in=["queued", "running"]),
                name="one_unfinished_report_a_study_and_kind",
            )
        ]

    def __str__(self) -> str:
        what = "All data of" if self.kind == self.Kind.DATA else "Report on"
        return f"{what} {self.study} ({self.pk})"

    def get_absolute_url(self) -> str:
        return reverse("analysis:report", args=[self.pk])

    @property
    def is_ready(self) -> bool:
        return self.status == self.Status.READY

    @property
    def is_unfinished(self) -> bool:
        return self.status in self.UNFINISHED

    @property
    def erased_since(self) -> int:
        """How many people had everything erased after it was asked for: it may hold their data."""
        return self.study.erasures.filter(erased_at__gte=self.requested_at).count()

    @property
    def is_current(self) -> bool:
        """Whether it would come out the same now: same data, plan and software."""
        return self.is_ready and self.state == fingerprint(self.study)

    @property
    def progress(self) -> str:
        """What is being done and how much of it is done, in words; empty when nothing is known."""
        return progress.read(self.pk) if self.status == self.Status.RUNNING else ""

    @property
    def folder(self) -> Path:
        return Path(settings.REPORTS_DIR) / str(self.pk)

    @property
    def archive(self) -> Path:
        return self.folder / f"{self.study.slug}-{self.kind}.zip"

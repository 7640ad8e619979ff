"""A report's pages for researchers. The tables are read from its files, never computed here."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from analysis.report.summary import summary
from survey.models import Study

from . import services
from .models import Report
from .report import page
from .tasks import enqueue_report

REFRESH_S = 3
may_see = permission_required("survey.view_study", raise_exception=True)


@require_POST
@may_see
def request_report(request: HttpRequest, pk: int) -> HttpResponse:
    kind = request.POST.get("kind", Report.Kind.REPORT)
    if kind not in Report.Kind:
        return HttpResponseBadRequest(f"There is no such report: {' or '.join(Report.Kind)}.")
    requested = services.request_report(get_object_or_404(Study, pk=pk), Report.Kind(kind))
    if requested.is_unfinished:
        enqueue_report(requested)
    else:
        messages.info(request, "Nothing has changed since this report was made.")
    return redirect(requested)


@may_see
def report(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Report.objects.select_related("study"), pk=pk)
    context = {
        **admin.site.each_context(request),
        "title": str(shown),
        "report": shown,
        **_told(shown),
    }
    template = "data" if shown.kind == Report.Kind.DATA else "report"
    response = render(request, f"analysis/{template}.html", context)
    if shown.is_unfinished and not shown.error:
        response["Refresh"] = str(REFRESH_S)
    return response


def _told(shown: Report) -> dict[str, Any]:
    """What its files say; nothing while it is not ready, and when they are gone."""
    if not shown.is_ready:
        return {}
    try:
        told: dict[str, Any] = {"summary": summary(shown.folder)}
        if shown.kind == Report.Kind.REPORT:
            told |= page.read(shown.folder)
    except OSError:
        return {}
    return told


@may_see
def download(request: HttpRequest, pk: int) -> FileResponse:
    archive = get_object_or_404(Report, pk=pk, status=Report.Status.READY).archive
    if not archive.is_file():
        raise Http404("The files of this report are gone: ask for the report again.")
    return FileResponse(archive.open("rb"), as_attachment=True, filename=archive.name)


@may_see
def alone(request: HttpRequest, pk: int) -> FileResponse:
    """The report as one file, to hand on or to print."""
    shown = get_object_or_404(Report, pk=pk, status=Report.Status.READY, kind=Report.Kind.REPORT)
    file = shown.folder / page.ALONE
    if not file.is_file():
        raise Http404("The files of this report are gone: ask for the report again.")
    name = f"{shown.study.slug}-report.html"
    return FileResponse(file.open("rb"), as_attachment=True, filename=name)

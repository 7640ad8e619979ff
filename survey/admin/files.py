"""A study's file in the researcher's area: adding from one, writing one, and its versions."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from survey import services
from survey.models import Study, StudyVersion
from survey.study_files import MOST_BYTES, Document, StudyFileError, checked, document_of, written

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Study]
else:
    Base = object


def taking_a_file(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that takes a file into memory, which others don't; whose form it is, is checked once
    that is settled, as the check reads the whole body."""

    @csrf_exempt
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [StudyFileInMemory(request)]
        return csrf_protect(view)(request, *args, **kwargs)

    return page


class StudyFileInMemory(MemoryFileUploadHandler):
    """Keeps no more of a file than shows that it is too large, whatever its size."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data[: max(0, MOST_BYTES + 1 - start)])


class StudyFileForm(forms.Form):
    file = forms.FileField(label="Study file", help_text="YAML, 1 MB at most.")
    replace = forms.BooleanField(
        label="Replace the study of the same address",
        required=False,
        help_text="Everything in a draft; once people have taken part, only what can't change "
        "what their answers mean.",
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if len(self.files.getlist("file")) > 1:
            raise forms.ValidationError("Choose one file: several arrived.")
        if file.size and file.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 1 MB, which no study needs.")
        return file


class StudyFiles(Base):
    """What StudyAdmin has to do with files and versions."""

    def urls_of_files(self) -> list[URLPattern]:
        site = self.admin_site.admin_view
        return [
            path("from-file/", site(taking_a_file(self.from_file)), name="study_from_file"),
            path("<int:pk>/export/", site(self.export), name="study_export"),
            path("<int:pk>/versions/<int:number>/", site(self.version), name="study_version"),
            path("<int:pk>/difference/", site(self.difference), name="study_difference"),
        ]

    def from_file(self, request: HttpRequest) -> HttpResponse:
        """Upload a file; what is wrong with it is listed with lines and columns."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = request.method == "POST"
        form = StudyFileForm(request.POST, request.FILES) if sent else StudyFileForm()
        problems: list[str] = []
        if form.is_valid():
            try:
                study = self._added(request, form)
            except StudyFileError as error:
                problems = [str(problem) for problem in error.problems]
            except services.NotAllowed as error:
                problems = str(error).splitlines()
            else:
                messages.success(request, "This is the study that the file describes.")
                return redirect("admin:survey_study_change", study.pk)
        context = {
            **self.admin_site.each_context(request),
            **{"title": "Add a study from a file", "form": form, "opts": Study._meta},
            "problems": problems,
        }
        failed = problems or (form.is_bound and not form.is_valid())
        return render(
            request, "admin/survey/study_from_file.html", context, status=422 if failed else 200
        )

    def _added(self, request: HttpRequest, form: StudyFileForm) -> Study:
        file = form.cleaned_data["file"]
        source = checked(file.read(), file.name)
        replace = form.cleaned_data["replace"]
        known = Study.objects.filter(slug=source.data["slug"]).first()
        if replace and known and not self.has_change_permission(request, known):
            raise services.NotAllowed("You may look at this study, but not change it.")
        return services.add_from_file(source, request.user, replace=replace)

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        study = self._seen(request, pk)
        return self._file(request, document_of(study), f"{study.slug}.yaml")

    def version(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        study = self._seen(request, pk)
        found = get_object_or_404(StudyVersion, study=study, number=number)
        note = f"Version {number}, saved {found.saved_at:%Y-%m-%d %H:%M} UTC"
        return self._file(request, found.document, f"{study.slug}-version-{number}.yaml", note)

    def difference(self, request: HttpRequest, pk: int) -> HttpResponse:
        study = self._seen(request, pk)
        versions = list(study.versions.order_by("number"))
        numbers = {version.number: version for version in versions}
        old, new = (numbers.get(_number(request.GET.get(side))) for side in ("from", "to"))
        context = {
            **self.admin_site.each_context(request),
            **{"title": f"Versions of {study}", "study": study, "opts": Study._meta},
            **{"versions": versions, "old": old, "new": new},
            "lines": services.difference(old, new) if old and new else [],
        }
        return render(request, "admin/survey/study_difference.html", context)

    def _seen(self, request: HttpRequest, pk: int) -> Study:
        study = get_object_or_404(Study, pk=pk)
        if not self.has_view_or_change_permission(request, study):
            raise PermissionDenied
        return study

    def _file(
        self, request: HttpRequest, document: Document, name: str, note: str = ""
    ) -> HttpResponse:
        url = request.build_absolute_uri(reverse("survey:study-schema"))
        answer = HttpResponse(written(document, url, note), content_type="application/yaml")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def versions_of(study: Study | None) -> Any:
    """Newest first, each with how many began with it."""
    if study is None:
        return []
    found = study.versions.select_related("saved_by").annotate(begun=Count("participants"))
    return found.order_by("-number")

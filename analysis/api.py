"""Reports and exports as JSON, for researchers who may see studies in admin: asked for, followed,
downloaded."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, permissions, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import ReadOnlyModelViewSet

from recommender.parameters import FileNegotiation, KnownParameters, refuse_unknown
from survey.models import Study

from . import services
from .models import Report
from .tasks import enqueue_report


class MaySeeStudies(permissions.BasePermission):
    """The same right that a report's page asks for."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.user.has_perm("survey.view_study")


class ReportSerializer(serializers.ModelSerializer):
    study = serializers.SlugRelatedField(slug_field="slug", queryset=Study.objects.all())
    progress = serializers.CharField(read_only=True)
    is_current = serializers.BooleanField(read_only=True)
    erased_since = serializers.IntegerField(read_only=True)
    download = serializers.SerializerMethodField(help_text="Address of the ZIP; null until ready.")

    class Meta:
        model = Report
        fields = (
            *("id", "study", "kind", "status", "progress", "error"),
            *(
                "requested_at",
                "finished_at",
                "rows",
                "data_hash",
                "is_current",
                "erased_since",
                "download",
            ),
        )
        # One that is not finished is no mistake: it is given instead of a second one.
        validators: list[Any] = []
        read_only_fields = ("status", "error", "finished_at", "rows", "data_hash")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        known = [name for name, field in self.fields.items() if not field.read_only]
        refuse_unknown(set(self.initial_data) - {"csrfmiddlewaretoken"}, known)
        return values

    def get_download(self, report: Report) -> str | None:
        if not report.is_ready:
            return None
        return reverse("report-download", [report.pk], request=self.context["request"])


class ReportViewSet(KnownParameters, mixins.CreateModelMixin, ReadOnlyModelViewSet):
    queryset = Report.objects.select_related("study")
    serializer_class = ReportSerializer
    permission_classes = [permissions.IsAdminUser, MaySeeStudies]

    @extend_schema(responses={202: ReportSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask for a report of a study, or for all its data.

        One that is not finished yet, or that would come out the same again, is given instead of a
        second one.
        """
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        kind = Report.Kind(asked.validated_data.get("kind", Report.Kind.REPORT))
        report = services.request_report(asked.validated_data["study"], kind)
        if report.is_unfinished:
            enqueue_report(report)
        report.refresh_from_db()
        return Response(self.get_serializer(report).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, content_negotiation_class=FileNegotiation, parameters=())
    def download(self, request: Request, pk: str, format: str | None = None) -> FileResponse:
        """The ZIP with all files; 404 while there is none."""
        report = self.get_object()
        if format not in (None, "zip"):
            raise NotFound(f"The files come as a ZIP; there is no {format} of them.")
        if not report.is_ready or not report.archive.is_file():
            raise NotFound("There are no files: it is not ready, or they are gone.")
        return FileResponse(
            report.archive.open("rb"), as_attachment=True, filename=report.archive.name
        )

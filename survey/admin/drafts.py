"""What may be changed in a draft alone."""

from typing import Any

from django.http import HttpRequest

from survey.models import Instrument, Study


def of_draft(row: Study | Instrument | None) -> bool:
    """Whether the row's questions may still be changed."""
    study = row.study if isinstance(row, Instrument) else row
    return study is None or study.is_draft


class FixedAfterDraft:
    """Inlines of a study: once it has been opened they are shown and not changed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return of_draft(obj) and super().has_add_permission(request, obj)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return of_draft(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return of_draft(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]

"""A researcher going through a study as a participant would, before it opens."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest

from .models import Study


def may_try_out(user: AbstractBaseUser | AnonymousUser, study: Study) -> bool:
    """Who may change a study may try it out, as a draft or pilot."""
    early = study.state in (Study.State.DRAFT, Study.State.PILOT)
    permissions = ("survey.view_study", "survey.change_study")
    return early and bool(getattr(user, "is_staff", False) and user.has_perms(permissions))  # type: ignore[union-attr]


def start_as_new(request: HttpRequest, study: Study) -> None:
    """Forget whom this browser was in the study; the next to register is somebody new."""
    for what in ("participant", "consent", "registration"):
        request.session.pop(f"{what}-{study.pk}", None)
    request.session[f"trying-{study.pk}"] = True


def trying_out(request: HttpRequest, study: Study) -> bool:
    """Whether this browser asked to try the study out, and still may."""
    asked = request.session.get(f"trying-{study.pk}", False)
    return bool(asked and may_try_out(request.user, study))

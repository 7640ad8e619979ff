"""What all addresses of the API share: which parameters they take, pages, and files as answers."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404
from rest_framework import renderers, views
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

MOST_ON_A_PAGE = 1000
LAST_ROW = 10**12 - 1
WHOLE_NUMBER = re.compile(r"[0-9]{1,12}")


class Pages(LimitOffsetPagination):
    """`limit` and `offset`, of which a wrong one is refused instead of replaced."""

    def get_limit(self, request: Request) -> int:
        usual = self.default_limit or 1
        return self._number(request, self.limit_query_param, usual, 1, MOST_ON_A_PAGE)

    def get_offset(self, request: Request) -> int:
        return self._number(request, self.offset_query_param, 0, 0, LAST_ROW)

    def _number(self, request: Request, name: str, default: int, least: int, most: int) -> int:
        said = request.query_params.get(name)
        if said is None:
            return default
        if WHOLE_NUMBER.fullmatch(said) and least <= int(said) <= most:
            return int(said)
        raise ValidationError({name: [f"This has to be a whole number from {least} to {most}."]})


class KnownParameters(views.APIView):
    """Refuses parameters that it does not know: nobody takes all rows for those asked for."""

    parameters: Sequence[str] = ("format",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request.query_params, self.known_parameters())
        for name, values in request.query_params.lists():
            if len(values) > 1:
                raise ValidationError({name: ["This is given more than once."]})

    def known_parameters(self) -> Sequence[str]:
        paged = getattr(self, "action", "") == "list"
        return (*self.parameters, *(("limit", "offset") if paged else ()))

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[renderers.BaseRenderer, str]:
        try:
            return super().perform_content_negotiation(request, force)
        except Http404:
            # With a suffix it is the address that there is not.
            if self.format_kwarg:
                raise
            formats = ", ".join(dict.fromkeys(one.format for one in self.get_renderers()))
            raise ValidationError({"format": [f"Not known. Known are: {formats}."]}) from None


class FileNegotiation(DefaultContentNegotiation):
    """Of a file, which comes as what it is, whatever is accepted; errors beside it are JSON."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[renderers.BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[renderers.BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


def refuse_unknown(given: Iterable[str], known: Sequence[str]) -> None:
    """Raise ValidationError that names what is not known, and what is."""
    names = f"Known are: {', '.join(known)}." if known else "None is known here."
    if unknown := {name: [f"Not known. {names}"] for name in given if name not in known}:
        raise ValidationError(unknown)

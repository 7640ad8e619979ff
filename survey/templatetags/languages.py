"""A study's texts on its pages, each marked with its language where the page is in another."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from survey import languages
from survey.models import Study

register = template.Library()


@register.filter
def said(row: Any, field: str) -> Any:
    """{{ study|said:"title" }}"""
    return languages.said(row, field)


@register.filter
def marked(row: Any, field: str) -> SafeString:
    """<h1{{ study|marked:"title" }}>: the attributes that say the text's language, if need be."""
    if not row:  # a question of the page's own, such as the sound check's
        return SafeString("")
    return _attributes(languages.language_of(row, field))


@register.simple_tag
def marked_page() -> SafeString:
    """<small{% marked_page %}>: among a study's texts, words that are the page's own."""
    reading = languages.now()
    return _attributes(reading.page, among=reading.language)


def _attributes(language: str, among: str = "") -> SafeString:
    around = among or languages.now().page
    if not language or language == around:
        return SafeString("")
    return format_html(' lang="{}" dir="{}"', language, languages.direction(language))


@register.inclusion_tag("survey/_languages.html", takes_context=True)
def language_switch(context: template.Context, study: Study) -> dict[str, Any]:
    """A button for each of the study's languages; nothing for a study that has one."""
    request: HttpRequest | None = context.get("request")
    return {
        "study": study,
        "next": request.get_full_path() if request else "",
        "now": languages.now().language,
        "offered": [
            (code, languages.name_of(code), languages.direction(code)) for code in study.languages
        ],
    }

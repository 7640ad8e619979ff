"""A study as data: its file with everything written out and defaults left out.

The same study gives the same document on every database, and loading it gives the same study.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import models

from survey import texts
from survey.models import Study

from .expanding import in_order
from .schema import TEXTS, fields_of

Document = dict[str, Any]

# Written even where they are the default: without them, a file is hard to read.
ALWAYS = {"slug", "language", "name", "key", "kind", "strategy", "placement"}


def document_of(study: Study) -> Document:
    """The study as it is saved now."""
    study = Study.objects.get(pk=study.pk)
    instruments = study.instruments.prefetch_related("items")
    return {
        **_said(study, study.language),
        "conditions": [_said(condition, study.language) for condition in study.conditions.all()],
        "instruments": [
            {
                **_said(instrument, study.language),
                "items": [_said(item, study.language) for item in instrument.items.all()],
            }
            for instrument in instruments
        ],
    }


def sha256_of(document: Mapping[str, Any]) -> str:
    """Of its canonical JSON: names sorted, no spaces, UTF-8."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _said(row: models.Model, language: str) -> Document:
    found: Document = {}
    spoken = TEXTS[type(row)]
    for field in fields_of(type(row)):
        if field.name == "translations":
            continue
        value = _plain(getattr(row, field.name))
        if field.name == "rows" and isinstance(value, dict):
            value = in_order(value)
        if field.name in spoken:
            value = _in_all_languages(row, field.name, value, language)
        if field.name in ALWAYS or value != _plain(field.get_default()):
            found[field.name] = value
    return found


def _plain(value: Any) -> Any:
    """As JSON has it; line breaks, which browsers send as two characters, as one."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return value


def _in_all_languages(row: Any, name: str, value: Any, language: str) -> Any:
    codes = row.translations if isinstance(row.translations, dict) else {}
    others = {code: texts.translation(codes, code).get(name) for code in sorted(codes)}
    said = {code: _rows_in_order(name, _plain(other)) for code, other in others.items() if other}
    said.pop(language, None)
    return {language: value, **said} if said else value


def _rows_in_order(name: str, value: Any) -> Any:
    return in_order(value) if name == "rows" and isinstance(value, dict) else value

"""A document as readable YAML: in a sensible order, under headings, long texts as blocks."""

from collections.abc import Mapping
from typing import Any

import yaml

from survey import texts
from survey.analysis_plan import KEYS
from survey.models import Condition, Instrument, Item, Study
from survey.models.setting import by_section

from .documents import Document
from .expanding import by_language
from .schema import fields_of

WIDTH = 96
LISTS = {"What is compared": "conditions", "Questions": "instruments"}


class _Part(dict[str, Any]):
    """Names and values that are never put on one line."""


class _Writer(yaml.SafeDumper):
    """Blocks for long texts, one line for short lists, a blank line between items."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if "\n" in text.rstrip("\n"):
        style = "|"
    elif len(text) > WIDTH - 16 and "  " not in text and text.rstrip("\n") == text.strip():
        style = ">"
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(writer: yaml.SafeDumper, values: list[Any]) -> yaml.SequenceNode:
    tag = "tag:yaml.org,2002:seq"
    return writer.represent_sequence(tag, values, flow_style=_is_short(values))


def _names(writer: yaml.SafeDumper, values: dict[str, Any]) -> yaml.MappingNode:
    flow = _is_short([*values, *values.values()]) and not {"key", "name", "scale"} & set(values)
    return writer.represent_mapping("tag:yaml.org,2002:map", values, flow_style=flow)


def _lines(writer: yaml.SafeDumper, values: _Part) -> yaml.MappingNode:
    tag = "tag:yaml.org,2002:map"
    return writer.represent_mapping(tag, dict(values), flow_style=False)


def _is_short(values: list[Any]) -> bool:
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    single = all(not isinstance(one, dict | list) and "\n" not in str(one) for one in flat)
    return single and sum(len(str(one)) + 2 for one in flat) < WIDTH - 16


_Writer.add_representer(str, _text)
_Writer.add_representer(list, _list)
_Writer.add_representer(dict, _names)
_Writer.add_representer(_Part, _lines)


def written(document: Document, schema_url: str = "", note: str = "") -> str:
    """The document as the text of a file; `schema_url` lets editors check it while it is typed."""
    parts = [f"# yaml-language-server: $schema={schema_url}\n"] if schema_url else []
    parts += [f"# {line}\n" for line in note.splitlines()]
    ordered = _in_order(document)
    for heading, names in by_section(Study).items():
        parts.append(_section(heading, {n: ordered[n] for n in names if n in ordered}))
    for heading, name in LISTS.items():
        parts.append(_section(heading, {name: ordered[name]} if ordered.get(name) else {}))
    return "\n".join(part for part in parts if part)


def _section(heading: str, data: dict[str, Any]) -> str:
    if not data:
        return ""
    text = yaml.dump(
        _Part(data), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=WIDTH,
        default_flow_style=False,
    )  # fmt: skip
    return f"# {heading}\n{text}"


def _in_order(document: Mapping[str, Any]) -> dict[str, Any]:
    """Names in the models' order, which a database with jsonb does not keep; rows as names."""
    language = document.get("language", "en")
    study = _sorted(document, Study, texts.OF_STUDY, language)
    if plan := study.get("analysis_plan"):
        study["analysis_plan"] = _Part((name, plan[name]) for name in KEYS if name in plan)
    study["conditions"] = [
        _sorted(condition, Condition, (), language) for condition in document.get("conditions", [])
    ]
    study["instruments"] = []
    for instrument in document.get("instruments", []):
        row = _sorted(instrument, Instrument, texts.OF_INSTRUMENT, language)
        items = [
            _with_rows(_sorted(item, Item, texts.OF_ITEM, language))
            for item in instrument.get("items", [])
        ]
        study["instruments"].append({**row, "items": items} if items else row)
    return study


def _sorted(
    data: Mapping[str, Any], model: Any, spoken: tuple[str, ...], language: str
) -> dict[str, Any]:
    names = [field.name for field in fields_of(model)]
    found = {name: data[name] for name in names if name in data}
    for name in spoken:
        if by_language(found.get(name), name):
            said = found[name]
            found[name] = {
                code: said[code] for code in sorted(said, key=lambda c: (c != language, c))
            }
    return found


def _with_rows(item: dict[str, Any]) -> dict[str, Any]:
    rows = item.get("rows")
    if isinstance(rows, dict):
        item["rows"] = {code: _as_names(said) for code, said in rows.items()}
    elif rows:
        item["rows"] = _as_names(rows)
    return item


def _as_names(rows: list[list[Any]]) -> dict[str, Any]:
    return {key: said[0] if len(said) == 1 else said for key, *said in rows}

"""A model's card as tables that people can read. Cards come from files: anything may be missing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

NONE = SafeString("The card says nothing about it.")


def about(card: Mapping[str, Any]) -> SafeString:
    """When and how it was trained, in a line, with the whole card to unfold."""
    facts = [
        ("trained", card.get("created")),
        ("parameters", _number(card.get("parameters"))),
        ("networks averaged", _inner(card, "shape", "members")),
        ("seed", _inner(card, "training", "seed")),
        ("steps a network", _number(_inner(card, "training", "steps"))),
        ("softmax temperature", _rounded(card.get("temperature"))),
    ]
    said = format_html_join(", ", "{} {}", [(n, v) for n, v in facts if v not in (None, "", "–")])
    whole = json.dumps(card, indent=2, ensure_ascii=False)
    return format_html(
        "{}<details><summary>The whole card</summary><pre>{}</pre></details>", said or NONE, whole
    )


def scores(card: Mapping[str, Any], genres: Sequence[str]) -> SafeString:
    """Accuracy with n and interval, recall a genre, calibration: one row a set of clips."""
    parts = [
        *(card.get("metrics") or {}).items(),
        *((entry.get("data", "?"), entry) for entry in card.get("evaluations") or []),
    ]
    head = ["clips of", "n", "accuracy (95 % interval)", *(f"recall {g}" for g in genres)]
    rows = [_score(str(name), part, genres) for name, part in parts]
    if not rows:
        return NONE
    note = (
        "Intervals are Wilson's. Calibration error: expected, over equal-width bins. Validation "
        "clips also fitted the temperature, so their figures are slightly too good."
    )
    return format_html("{}<p>{}</p>", _table([*head, "calibration error"], rows), note)


def _score(name: str, part: Mapping[str, Any], genres: Sequence[str]) -> list[str]:
    low, high = (part.get("accuracy_ci") or (None, None))[:2]
    accuracy = f"{_rounded(part.get('accuracy'))} ({_rounded(low)}–{_rounded(high)})"
    recall = part.get("recall") or {}
    bins = f" ({part['ece_bins']} bins)" if part.get("ece_bins") else ""
    return [
        name.replace("_", " "),
        str(part.get("n", "–")),
        accuracy,
        *(_rounded(recall.get(genre)) for genre in genres),
        f"{_rounded(part.get('ece'))}{bins}",
    ]


def clips(card: Mapping[str, Any]) -> SafeString:
    """How many clips of which source were used for what."""
    parts: Mapping[str, Mapping[str, int]] = card.get("clips") or {}
    sources = sorted({source for part in parts.values() for source in part})
    if not sources:
        return NONE
    rows = [[s, *(str(part.get(s, 0)) for part in parts.values())] for s in sources]
    rows.append(["all", *(str(sum(part.values())) for part in parts.values())])
    return _table(["source", *parts], rows)


def notes(card: Mapping[str, Any]) -> SafeString:
    said = [(note,) for note in card.get("notes") or []]
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", said)) if said else NONE


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> SafeString:
    titles = format_html_join("", '<th scope="col">{}</th>', [(title,) for title in head])
    body = [
        (row[0], format_html_join("", "<td>{}</td>", [(cell,) for cell in row[1:]])) for row in rows
    ]
    lines = format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', body)
    return format_html(
        '<div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        titles,
        lines,
    )


def _inner(card: Mapping[str, Any], part: str, name: str) -> Any:
    return (card.get(part) or {}).get(name)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else ""


def _rounded(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else "–"

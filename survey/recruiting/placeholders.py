"""Whether a parameter of an address was filled in, or is what stands where a value should be.

A recruiting service fills in `{{%PROLIFIC_PID%}}`; where that goes wrong the text itself arrives,
or what a program writes for nothing, and everybody who comes brings the same one.
"""

import re
from collections.abc import Collection
from html import unescape
from urllib.parse import unquote

# What programs write for nothing.
NOTHING = frozenset(
    {"null", "undefined", "none", "nil", "nan", "blank", "empty", "missing", "object", "void"}
    | {"undef", "unknown", "anonymous", "true", "false", "infinity", "string", "uuid", "tbd"}
)
NOT_THERE = frozenset({"n/a", "#n/a", "<na>", "#ref!", "#value!", "#name?", "-1.#ind", "-1"})
# Nothing, several times over; and an identifier of which every digit is 0.
AGAIN = re.compile(r"(null|undefined|none|nan){2,}|[0-]{8,}", re.IGNORECASE)
# Of which names of parameters are made: two of them and nothing else are such a name.
NAMES = frozenset(
    word
    for line in (
        "participant prolific worker assignment hit survey study session subject user respondent",
        "panelist panellist panel member external response person transaction visitor id ids pid",
        "uid code number nr key token identifier identity your my the insert enter put here paste",
        "not available value param parameter variable placeholder field sample example",
        "rid sid psid sona mturk amazon qualtrics cint lucid dynata encrypted",
    )
    for word in line.split()
)
# The same written as one word: `WORKERID`.
JOINED = re.compile(f"({'|'.join(sorted(NAMES, key=len, reverse=True))}){{2,}}|[pru]?id")
# Nothing but a template holds these.
TEMPLATE = re.compile(
    r"\{\{|\}\}|[$#@!]\{|<%|%>|\[%|%\]|\[\[|\]\]|\{%|%\}|\*\||\|\*|<<|>>|\[\s*object\b"
    r"|^\{\d{0,2}\}$|^%(\(\w+\))?[sd]$",
    re.IGNORECASE,
)
PAIRS = re.compile(
    r"\{(.*)\}|\[(.*)\]|<(.*)>|«(.*)»|‹(.*)›|%(.*)%|\$(.*)\$|#(.*)#|\|(.*)\||\*(.*)\*", re.S
)
# A name, such as `u_1234` or `e://Field/PID`: digits end a word, or are one that is short.
NAME = re.compile(r"[A-Za-z]+\d{0,4}([_.:/ -]+([A-Za-z]+\d{0,4}|\d{1,4}))*")
MARKS = "{}[]<>()«»‹›%$#|*@&:!?~^=+\"'`_"
DEEPEST = 5


def is_placeholder(value: str, names: Collection[str] = ()) -> bool:
    """Whether a value tells nobody apart. names : those of the study's parameters."""
    value = _decoded(value).strip()
    inner = value.strip(MARKS + " ")
    if not any(c.isalnum() for c in inner) or "\ufffd" in value:
        return True  # marks alone, or a % that was taken for the beginning of an encoded letter
    if TEMPLATE.search(value) or value.casefold() in NOT_THERE:
        return True
    return _is_in_a_pair(value) or _says_nothing(inner, marked=inner != value, names=names)


def _decoded(value: str) -> str:
    """Without what is written for marks in addresses and pages, however often it was applied."""
    for _time in range(DEEPEST):
        if (plain := unescape(unquote(value))) == value:
            break
        value = plain
    return value


def _is_in_a_pair(value: str) -> bool:
    found = PAIRS.fullmatch(value)
    inner = next((part for part in found.groups() if part is not None), "") if found else ""
    return bool(NAME.fullmatch(inner.strip()))


def _says_nothing(inner: str, *, marked: bool, names: Collection[str]) -> bool:
    plain = [word for word in re.split(r"[\W_]+", inner.casefold()) if word]
    if all(word in NOTHING for word in plain) or AGAIN.fullmatch(inner):
        return True
    if _letters(inner) in {_letters(name) for name in names} or re.fullmatch("[xX]{3,}", inner):
        return True
    words = [word.casefold() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", inner)]
    rest = re.sub(r"[A-Za-z0-9\W_]", "", inner)
    named = bool(words) and not rest and all(word in NAMES for word in words)
    return (named and (len(words) > 1 or marked)) or bool(JOINED.fullmatch(inner.casefold()))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())

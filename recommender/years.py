"""The year in a date as people, tags and spreadsheets write it."""

import re
from datetime import date

EARLIEST = 1000

_FORMS = [
    re.compile(form, re.ASCII)
    for form in (
        r"(?P<year>\d{4})(?:[.,]0+)?",  # 1999, and 1999.0 from a spreadsheet
        r"(?P<year>\d{4})([-/.])(?P<m>\d{1,2})(?:\2(?P<d>\d{1,2}))?(?:[T ]\d{1,2}(?::\d.*)?)?",
        r"(?P<year>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
        r"(?:(?P<d>\d{1,2})([-/. ]) ?)?(?P<m>\d{1,2})(?:[-/. ] ?)(?P<year>\d{4})",
    )
]


def year_of(text: str) -> int | None:
    """The year of a date, 1000 until next year, or None for what is none.

    Understood are a year (also as “1999.0”), ISO dates with or without a time, day, month and year
    with dots, slashes or hyphens in either order, and eight digits. Not: two digits, “c. 1999” or
    “1999?”, which say that nobody knows.
    """
    for form in _FORMS:
        found = form.fullmatch(text.strip())
        if found and _is_date(found.groupdict()):
            year = int(found["year"])
            return year if EARLIEST <= year <= date.today().year + 1 else None
    return None


def _is_date(parts: dict[str, str | None]) -> bool:
    """Whether month and day can be such, in whichever order; 00 stands for one not known."""
    numbers = sorted(int(parts.get(name) or 0) for name in ("m", "d"))
    return numbers[0] <= 12 and numbers[1] <= 31

"""The kinds of questions that a study can ask, one module each.

A module declares its kind as `KIND`: pages, study files, the researcher's forms, bots, rules,
scores, exports and the docs' tests ask the registry. Of a new kind `manage.py study_schema` tells
editors.
"""

from importlib import import_module
from pkgutil import iter_modules

from .kind import Kind

__all__ = ["DEFAULT", "KINDS", "Kind", "choices", "kinds_that"]

_MODULES = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
_FOUND: list[Kind] = [module.KIND for module in _MODULES if hasattr(module, "KIND")]

# By name, in the order in which they are offered.
KINDS = {kind.name: kind for kind in sorted(_FOUND, key=lambda kind: (kind.place, kind.name))}
DEFAULT = "likert"


def choices() -> list[tuple[str, str]]:
    """Of a form; a function, so that a new kind needs no migration."""
    return [(kind.name, kind.label) for kind in KINDS.values()]


def kinds_that(quality: str) -> list[str]:
    """The names of those of which this is true, such as `is_scale`."""
    return [kind.name for kind in KINDS.values() if getattr(kind, quality)]

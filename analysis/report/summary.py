"""Who is in a report or an export: what its page says, read from its own manifest."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Summary:
    participants: dict[str, Any]
    exclusions: str


def summary(folder: Path) -> Summary:
    """Raises OSError when the report's files are not there."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return Summary(manifest["participants"], manifest["exclusions"])

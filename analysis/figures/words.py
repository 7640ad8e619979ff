"""Numbers and names as figures and their descriptions print them."""

import math
import re
from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.data.codebook import columns

# What playlist metrics are called for people; their columns are the keys.
METRICS = {
    "coverage": "share of known labels",
    "cohesion_artist_pair": "artist cohesion",
    "cohesion_genre_pair": "genre cohesion",
    "cohesion_genre_adjacent": "genre cohesion of neighbours",
    "cohesion_genre_query": "genre cohesion with the query song",
    "chance": "chance level of genre cohesion",
    "entropy_bits": "genre entropy",
    "entropy_normalised": "normalised genre entropy",
    "soft_entropy_within_bits": "soft entropy within songs",
    "soft_entropy_total_bits": "soft entropy of the playlist",
    "soft_entropy_divergence_bits": "soft entropy between songs",
    "diversity": "diversity in genre space",
    "diversity_cosine": "cosine diversity",
    "compactness": "spread in genre space",
    "query_distance": "distance to the query song",
    "novelty_bits": "novelty",
}


def number(value: float, digits: int = 2) -> str:
    """With a true minus, and never minus nothing."""
    rounded = round(float(value), digits) + 0.0
    return f"{rounded:.{digits}f}".replace("-", "−")


def share(value: float) -> str:
    return f"{number(100 * value, 0)} %"


def span(low: float, high: float, digits: int = 2) -> str:
    """An interval's ends; empty where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{number(low, digits)} to {number(high, digits)}"


def estimate(value: float, low: float, high: float, *, alpha: float = 0.05) -> str:
    """A number with its interval, of confidence 1 − alpha."""
    ends = span(low, high)
    said = f"{100 * (1 - alpha):g} % interval {ends}" if ends else "no interval"
    return f"{number(value)} ({said})"


def counted(n: int, one: str) -> str:
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"


def listed(parts: Sequence[str]) -> str:
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def clean(text: str, longest: int = 2000) -> str:
    """Text that can be drawn: no control characters, and no end of it but to save the picture."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def wrapped(text: str, width: int) -> str:
    """Broken into lines, at hyphens and underscores too, and in a word where nothing else helps."""
    broken = [""]
    for part in re.findall(rf"[^\s_./-]{{1,{width}}}[\s_./-]*|[\s_./-]+", clean(text)):
        if broken[-1] and len((broken[-1] + part).rstrip()) > width:
            broken.append("")
        broken[-1] += part
    return "\n".join(line.strip() for line in broken)


def file_name(*parts: str) -> str:
    """The name of a figure's files: letters of ASCII, digits, dots, dashes and underscores."""
    return "-".join(re.sub(r"[^A-Za-z0-9_.-]+", "_", part).strip("._") for part in parts if part)


def metric_in_words(metric: str) -> str:
    """A playlist metric with its meaning and its unit or range, as the codebook has them."""
    for column in columns("playlist_metrics"):
        if column.name == metric:
            about = re.split(r"[,;:]", column.meaning)[0].lower()
            unit = column.unit or column.range
            name = METRICS.get(metric, metric)
            return f"{name}: {about} ({unit})" if unit else f"{name}: {about}"
    return metric


def conditions_of(frame: pd.DataFrame, wanted: Iterable[str] | None = None) -> list[str]:
    """The conditions to draw, in their order: those asked for, or those that there are."""
    found = wanted if wanted is not None else frame["condition"].dropna().unique()
    return [str(condition) for condition in found]


def why(status: object) -> str:
    """Why there are no numbers; empty where there are. Names of columns are put in words."""
    said = str(status)
    if said == "ok" or pd.isna(status):
        return ""
    reason = said.removeprefix("not_estimable: ")
    for code in sorted(METRICS, key=len, reverse=True):
        reason = reason.replace(code, METRICS[code])
    return reason

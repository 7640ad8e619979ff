"""Pictures of a training and of an evaluation, as PNG files. matplotlib is imported on first use.

Colours are Okabe & Ito's (2008), told apart by colour-blind people, and never the only sign.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np

from recommender.engine.calibration import Bin
from recommender.engine.evaluation import Evaluation
from recommender.engine.training import Point

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
_MARKERS = ("o", "s", "^", "D", "v")
_GREY = "#666666"


def curves_png(points: Sequence[Point]) -> bytes:
    """Training loss and validation accuracy by step, a line a member.

    Raises ValueError if there are no points.
    """
    if not points:
        raise ValueError("there is no learning curve to draw")
    figure, (left, right) = _figure(9.0, 3.6, 2)
    for member in sorted({point.member for point in points}):
        own = [point for point in points if point.member == member]
        style = {
            "color": _COLOURS[member % len(_COLOURS)],
            "marker": _MARKERS[member % len(_MARKERS)],
            "markersize": 4,
            "label": f"member {member + 1}",
        }
        left.plot([p.step for p in own], [p.loss for p in own], **style)
        right.plot([p.step for p in own], [p.accuracy for p in own], **style)
    left.set(title="Training loss (augmented, mixed)", xlabel="step", ylabel="cross-entropy (nats)")
    right.set(title="Accuracy on held-out clips", xlabel="step", ylabel="share right")
    right.legend(frameon=False)
    return _png(figure)


def confusion_png(result: Evaluation) -> bytes:
    """Counts of clips by true and predicted genre; shades are shares of the true genre."""
    counts = np.array(result.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = 2.6 + 0.7 * len(result.genres)
    figure, (axes,) = _figure(size + 0.6, size, 1)
    axes.imshow(shares, cmap="cividis", vmin=0.0, vmax=1.0)
    for (row, column), count in np.ndenumerate(counts):
        colour = "black" if shares[row, column] > 0.5 else "white"
        axes.text(column, row, f"{count}", ha="center", va="center", color=colour)
    places = range(len(result.genres))
    axes.set_xticks(places, result.genres, rotation=30, ha="right")
    axes.set_yticks(places, [f"{genre} ({result.clips[genre]})" for genre in result.genres])
    axes.set(xlabel="called", ylabel="is (clips)", title=f"{result.n} clips")
    return _png(figure)


def reliability_png(result: Evaluation) -> bytes:
    """Share right by confidence with Wilson's 95 % intervals, and the number of clips in each
    bin."""
    figure, (above, below) = _figure(5.2, 5.6, 2, rows=True)
    filled = [part for part in result.reliability if part.n]
    above.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="perfect")
    above.errorbar(
        [part.confidence for part in filled],
        [part.accuracy for part in filled],
        yerr=np.array([_arms(part) for part in filled]).T,
        fmt="o", color=_COLOURS[0], capsize=3, label="share right, 95 %",
    )  # fmt: skip
    expected = result.ece_if_calibrated
    low, high = expected.interval
    above.set_title(
        f"Calibration error {result.ece:.3f} ({result.ece_bins} equal-width bins, n = {result.n})"
        f"\na perfectly calibrated model: {expected.mean:.3f} (95 % {low:.3f}–{high:.3f})",
        fontsize=9,
    )
    above.set(ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
    above.legend(frameon=False, loc="upper left")
    width = 1.0 / result.ece_bins
    middles = [(part.low + part.high) / 2 for part in result.reliability]
    numbers = [part.n for part in result.reliability]
    bars = below.bar(middles, numbers, 0.9 * width, color=_COLOURS[0])
    below.bar_label(bars, fontsize=8)
    below.margins(y=0.2)
    below.set(xlabel="highest probability (confidence)", ylabel="clips", xlim=(0, 1))
    return _png(figure)


def _arms(part: Bin) -> tuple[float, float]:
    low, high = part.accuracy_ci or (0.0, 1.0)
    middle = part.accuracy or 0.0
    return max(middle - low, 0.0), max(high - middle, 0.0)


def _figure(width: float, height: float, panels: int, rows: bool = False) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    shape = {"nrows": panels, "height_ratios": [3, 1][:panels]} if rows else {"ncols": panels}
    axes = figure.subplots(**shape, squeeze=False).ravel()
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: Any) -> bytes:
    out = BytesIO()
    figure.savefig(out, format="png", dpi=120, metadata={"Software": None})
    return out.getvalue()

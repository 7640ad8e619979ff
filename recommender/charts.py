"""Small charts as SVG text: drawn on the server, so that a page needs no script and no style."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .engine.constants import SAMPLE_RATE

# Okabe & Ito (2008): told apart with every kind of colour vision.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#999999")

TICKS_HZ = (250, 1000, 2000, 4000, 8000, 16000)


def composition(genres: Sequence[str], probabilities: Sequence[float]) -> SafeString:
    """A song's genre composition: one bar a genre with its share in per cent."""
    rows = [
        (
            index * 28 + 18,
            genre,
            index * 28 + 4,
            max(1.0, 300 * share),
            PALETTE[index % len(PALETTE)],
            106 + max(1.0, 300 * share),
            f"{share:.1%}",
        )
        for index, (genre, share) in enumerate(zip(genres, probabilities, strict=True))
    ]
    said = ", ".join(f"{g} {p:.1%}" for g, p in zip(genres, probabilities, strict=True))
    bars = format_html_join(
        "",
        '<text x="92" y="{0}" text-anchor="end" fill="currentColor" font-size="13">{1}</text>'
        '<rect x="100" y="{2}" width="{3}" height="20" rx="3" fill="{4}"/>'
        '<text x="{5}" y="{0}" fill="currentColor" font-size="13">{6}</text>',
        rows,
    )
    return format_html(
        '<svg role="img" aria-label="Genre composition: {}" width="480" height="{}" '
        'viewBox="0 0 480 {}">{}</svg>',
        said,
        28 * len(rows),
        28 * len(rows),
        bars,
    )


def sparkbar(genres: Sequence[str], probabilities: Sequence[float]) -> SafeString:
    """The same as one narrow stacked bar, for lists."""
    starts = [100 * sum(probabilities[:index]) for index in range(len(probabilities))]
    said = ", ".join(f"{g} {p:.0%}" for g, p in zip(genres, probabilities, strict=True))
    bars = format_html_join(
        "",
        '<rect x="{}" width="{}" height="12" fill="{}"/>',
        [
            (start, 100 * share, PALETTE[index % len(PALETTE)])
            for index, (start, share) in enumerate(zip(starts, probabilities, strict=True))
        ],
    )
    return format_html(
        '<svg role="img" aria-label="{}" width="100" height="12" viewBox="0 0 100 12">'
        "<title>{}</title>{}</svg>",
        said,
        said,
        bars,
    )


def spectrogram(src: str, seconds: float) -> SafeString:
    """The mel-spectrogram's picture with its axes: seconds below, hertz at the side."""
    from .engine.mel import hz_to_mel

    width, height = 600, 192
    top = float(hz_to_mel(SAMPLE_RATE / 2))
    across = format_html_join(
        "",
        '<text x="{}" y="216" text-anchor="middle" fill="currentColor" font-size="12">{} s</text>',
        [(68 + width * second / seconds, second) for second in range(0, int(seconds) + 1, 5)],
    )
    up = format_html_join(
        "",
        '<text x="62" y="{}" text-anchor="end" fill="currentColor" font-size="12">{}</text>',
        [(12 + height * (1 - float(hz_to_mel(hz)) / top), f"{hz} Hz") for hz in TICKS_HZ],
    )
    return format_html(
        '<svg role="img" aria-label="Mel-spectrogram of the first {} seconds; brighter is louder" '
        'width="700" height="224" viewBox="0 0 700 224">'
        '<image href="{}" x="68" y="8" width="600" height="192" preserveAspectRatio="none"/>'
        "{}{}</svg>",
        round(seconds),
        src,
        across,
        up,
    )


def distances(values: Sequence[float]) -> SafeString:
    """Distance to the query song along the playlist."""
    top = max([*values, 1e-9])
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="26" height="{}" rx="2" fill="{}"/>'
        '<text x="{}" y="136" text-anchor="middle" fill="currentColor" font-size="12">{}</text>',
        [
            (
                40 + 34 * i,
                116 - 100 * v / top,
                max(1.0, 100 * v / top),
                PALETTE[0],
                53 + 34 * i,
                i + 1,
            )
            for i, v in enumerate(values)
        ],
    )
    width = 48 + 34 * len(values)
    return format_html(
        '<svg role="img" aria-label="Distance to the query song by position: {}" width="{}" '
        'height="144" viewBox="0 0 {} 144">'
        '<text x="0" y="20" fill="currentColor" font-size="12">{}</text>'
        '<text x="0" y="118" fill="currentColor" font-size="12">0</text>{}</svg>',
        ", ".join(f"{i}: {v:.3f}" for i, v in enumerate(values, start=1)),
        width,
        width,
        f"{top:.2f}",
        bars,
    )

"""A trained model as a folder: weights, their export for serving, their description for programs,
and a model card for people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from recommender.engine import constants, light, provenance
from recommender.engine.cnn import (
    CARD_FILE,
    WEIGHTS_FILE,
    GenreClassifier,
    ModelError,
    forward,
    read_card,
)
from recommender.engine.constants import BANDS, CROP_COLUMNS
from recommender.engine.training import Trained

PAGE_FILE = "MODEL_CARD.md"
MOST_DIFFERENCE = 1e-4


def save(trained: Trained, directory: Path, name: str, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Write a model folder (created if missing) and return its card. Where there is a light
    runtime, the network is exported for it.

    notes : sentences for the model card that no program can know, such as earlier looks at a test
    set.
    """
    directory.mkdir(parents=True, exist_ok=True)
    trained.network.save_weights(directory / WEIGHTS_FILE)
    provenance.save(trained.recordings, directory)
    summary = trained.summary()
    card = {
        "name": name,
        "genres": list(trained.genres),
        "temperature": trained.temperature,
        "shape": asdict(trained.config.shape),
        "parameters": int(trained.network.count_params()),
        "input": _input(),
        "created": date.today().isoformat(),
        "training": summary["config"],
        "clips": summary["clips"],
        "metrics": {
            "validation": _short(summary["validation"]),
            "validation_equalised": _short(summary["validation_equalised"]),
        },
        "evaluations": [],
        "notes": list(notes),
    }
    written = _write(directory, card)
    return export(directory) if light.available() else written


def export(directory: Path) -> dict[str, Any]:
    """Export a folder's weights for the light runtime, and say so in its card.

    Raises ModelError : no usable model there, or an export whose probabilities are off by 1e-4.
    """
    exact = GenreClassifier.load(directory, keras=True)
    light.export(exact.keras_network(), directory / light.LIGHT_FILE)
    stated = {key: value for key, value in exact.card.items() if key != "version"}
    difference = _difference(exact, light.LightNetwork(directory / light.LIGHT_FILE))
    if difference > MOST_DIFFERENCE:
        raise ModelError(f"The export differs from the weights by {difference:.1e}: not used.")
    stated["light"] = {
        "file": light.LIGHT_FILE,
        "version": exact.version,
        "largest_difference": float(f"{difference:.1e}"),
    }
    return _write(directory, stated)


def _difference(exact: GenreClassifier, exported: light.LightNetwork) -> float:
    """The largest of probabilities, over noise from quiet to loud and from flat to patterned."""
    rng = np.random.default_rng(0)
    noise = rng.random((32, BANDS, CROP_COLUMNS))
    patterns = rng.random((32, BANDS, 1)) * rng.random((32, 1, CROP_COLUMNS))
    mixed = np.linspace(0.0, 1.0, 32)[:, None, None] * noise + patterns
    cut = np.clip(mixed, 0.0, 1.0).astype(np.float32)
    first, second = (forward(n, cut)[0] for n in (exact.network(), exported))
    return float(np.abs(exact.calibrated(first) - exact.calibrated(second)).max())


def record(
    directory: Path, data: str, figures: Mapping[str, Any], note: str = ""
) -> dict[str, Any]:
    """Add an evaluation to the card, so that every look at a test set is counted."""
    card = {key: value for key, value in read_card(directory).items() if key != "version"}
    entry = {"data": data, "date": date.today().isoformat(), **_short(figures)}
    if note:
        entry["note"] = note
    card["evaluations"] = [*card.get("evaluations", []), entry]
    return _write(directory, card)


def _write(directory: Path, card: dict[str, Any]) -> dict[str, Any]:
    (directory / CARD_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    full = read_card(directory)
    (directory / PAGE_FILE).write_text(page(full), encoding="utf-8")
    return full


def _input() -> dict[str, float]:
    """The constants that the weights depend on; they are part of the version."""
    names = ("SAMPLE_RATE", "N_FFT", "HOP", "N_MELS", "TOP_DB", "BANDS", "TOP_HZ", "CROP_COLUMNS")
    return {name.lower(): getattr(constants, name) for name in (*names, "COLUMN_SECONDS", "PHASES")}


def _short(figures: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("n", "accuracy", "accuracy_ci", "recall", "precision", "confusion", "ece", "ece_bins")
    perfect = figures.get("ece_if_calibrated")
    return {key: figures[key] for key in keys} | ({"ece_if_calibrated": perfect} if perfect else {})


def page(card: Mapping[str, Any]) -> str:
    """The model card (after Mitchell et al. 2019, "Model cards for model reporting") as
    Markdown."""
    config = card["training"]
    lines = [
        f"# {card['name']}",
        "",
        f"Hears the first 30 s of a song and gives probabilities of {', '.join(card['genres'])}.",
        f"Version `{card['version']}`, trained {card['created']}, "
        f"{card['parameters']:,} parameters, {card['shape']['members']} network(s) averaged.",
        "",
        "## Use",
        "",
        "Meant to place songs in a genre space for playlists in listening studies. Every song gets "
        "a place between these genres, also songs of none of them. Not meant to label music for "
        "sale or rights, nor to judge artists.",
        "",
        "## Training data",
        "",
        *_clip_table(card["clips"]),
        "",
        f"Whole groups (artist, track, or run of neighbouring ids) are held out. Clips of "
        f"{', '.join(config['background']) or 'no genre'} serve as background with uniform labels. "
        "GTZAN is never trained, stopped, calibrated or selected on. "
        f"`{provenance.FILE}` names every clip, with hash and fingerprint of its sound where that "
        "was there, so that songs of a library are known again.",
        "",
        f"Seed {config['seed']}, {config['steps']} steps of {config['batch']} crops a network, "
        f"AdamW. Softmax temperature {card['temperature']:.3f}, fitted on the validation clips, "
        "plain and equalised, on which the figures below are therefore slightly too good.",
        *_taught(config),
        "",
        "## Figures",
        "",
        *_figures_table(card),
        "",
        "Accuracy with Wilson's 95 % interval; calibration error over ten equal-width bins; "
        "perfect: what a perfectly calibrated model would show at this n on average.",
        f"This model was scored on GTZAN {_looks(card)} time(s).",
        "",
        *[f"- {note}" for note in card["notes"]],
    ]
    return "\n".join(lines).rstrip() + "\n"


def _taught(config: Mapping[str, Any]) -> list[str]:
    if not config.get("teacher"):
        return []
    return [
        "",
        f"Distilled: {config['taught']:.0%} of each label is what the model `{config['teacher']}`, "
        "trained on the same clips, says of the same crop.",
    ]


def _clip_table(clips: Mapping[str, Mapping[str, int]]) -> list[str]:
    sources = sorted({source for part in clips.values() for source in part})
    rows = ["| source | training | validation | background |", "|---|---|---|---|"]
    for source in sources:
        counts = [
            str(clips[part].get(source, 0)) for part in ("training", "validation", "background")
        ]
        rows.append(f"| {source} | {' | '.join(counts)} |")
    return rows


def _figures_table(card: Mapping[str, Any]) -> list[str]:
    genres = card["genres"]
    head = ["| data | n | accuracy | recall " + " / ".join(genres) + " | calibration error |"]
    rows = [*card["metrics"].items(), *((entry["data"], entry) for entry in card["evaluations"])]
    return [*head, "|---|---|---|---|---|", *(_figures_row(name, f, genres) for name, f in rows)]


def _figures_row(name: str, figures: Mapping[str, Any], genres: Sequence[str]) -> str:
    low, high = figures["accuracy_ci"]
    recalls = [figures["recall"][genre] for genre in genres]
    recall = " / ".join("–" if r is None else f"{r:.3f}" for r in recalls)
    perfect = figures.get("ece_if_calibrated")
    beside = f" (perfect: {perfect['mean']:.3f})" if perfect else ""
    note = f" ({figures['note']})" if figures.get("note") else ""
    return (
        f"| {name.replace('_', ' ')}{note} | {figures['n']} | {figures['accuracy']:.3f} "
        f"({low:.3f}–{high:.3f}) | {recall} | {figures['ece']:.3f}{beside} |"
    )


def _looks(card: Mapping[str, Any]) -> int:
    return sum("gtzan" in entry["data"].lower() for entry in card["evaluations"])

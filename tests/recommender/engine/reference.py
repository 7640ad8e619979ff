"""Seeded signals and the vectors that the shipped model gave for them.

After shipping another model: python tests/recommender/engine/reference.py
"""

import json
from pathlib import Path

import numpy as np

REFERENCE = Path(__file__).with_name("reference_vectors.json")


def signals():
    """(name, samples, sample rate) of three sounds, short and long, at three rates."""
    rng = np.random.default_rng(2024)
    t = np.arange(30 * 44_100) / 44_100
    chord = sum(np.sin(2 * np.pi * f * t) / f for f in (130.8, 164.8, 196.0, 523.3)) * 30
    short = np.arange(7 * 22_050) / 22_050
    beat = rng.standard_normal(len(short)) * np.exp(-12 * (short * 1.5 % 1))
    return [
        ("noise", 0.1 * rng.standard_normal(10 * 48_000), 48_000),
        ("chord", chord * (1 + np.sin(2 * np.pi * 0.3 * t)), 44_100),
        ("beat", 0.2 * beat, 22_050),
    ]


def main():
    from recommender.engine.cnn import GenreClassifier

    shipped = GenreClassifier.load()
    heard = {name: shipped.predict(samples, rate) for name, samples, rate in signals()}
    content = {
        "version": shipped.version,
        "vectors": {n: [round(float(x), 7) for x in h.probabilities] for n, h in heard.items()},
        "embeddings": {n: [round(float(x), 6) for x in h.embedding[:8]] for n, h in heard.items()},
    }
    REFERENCE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

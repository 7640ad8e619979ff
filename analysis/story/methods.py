"""The report's last section: which file holds what, how it was computed, and from what."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.data import codebook
from analysis.inference import Design, Outcome
from analysis.report.page import Section, Table

from .leads import plan
from .phrases import level_of

FILES = {
    "ratings": "each song of each playlist shown, with its ratings",
    "playlist_ratings": "each playlist whose questions were answered",
    "answers": "each answer to a question",
    "scores": "each score of a questionnaire",
    "listening": "what was heard of each song",
    "hidden_tracks": "songs hidden among a playlist, and their ratings",
    "flags": "each mark of careless answers",
    "sound_checks": "each go at the sound check",
    "exclusions": "what each rule leaves out, or would",
    "flow": "how far people came",
    "playlist_metrics": "cohesion, entropy, diversity and other metrics of each playlist",
    "playlist_places": "where each playlist and its query song are in the genre space",
    "descriptives": "means, spread and intervals of every outcome, by condition and more",
    "likert_distribution": "how often each point of each scale was chosen",
    "comparisons": "every test of every pair of conditions on every question",
    "models": "fixed effects of the models of all ratings",
    "variance_components": "random effects of these models",
    "cohesion_vs_rating": "correlations of playlists’ metrics and ratings",
    "metric_verdicts": "what each metric would have concluded, next to people",
    "along_playlists": "ratings by position and by distance, within playlists",
    "reliability": "agreement, repetition, and the consistency of scores",
    "missingness": "what was not answered",
    "power": "which differences could have been found",
    "primary": "the main comparison, for whoever computes it again",
    "codebook": "every column of every file: type, unit, range, meaning, source",
    "manifest": "where all this comes from: study, plan, models, software, hashes",
}
SECTION_KEY, SECTION_TITLE = "methods", "Files and methods"
LEAD = (
    "Every number on this page is in a file beside it; the same data, plan, seed and software give "
    "the same files, byte for byte."
)


def section(design: Design, manifest: Mapping[str, Any]) -> Section:
    return Section(
        SECTION_KEY,
        SECTION_TITLE,
        LEAD,
        notes=[*_notes(design, manifest)],
        tables=[_files(manifest), _sources(design, manifest)],
    )


def _notes(design: Design, manifest: Mapping[str, Any]) -> Iterator[str]:
    yield plan(design, manifest.get("analysis_plan"))
    if left_out := manifest.get("exclusions"):
        yield str(left_out)
    yield from samples(design, design.outcomes)
    yield "Differences are the first condition less the second, in points of the scale."
    yield (
        f"α is {design.alpha:g}, two-sided. A difference is shown where p is below α after Holm’s "
        "correction; the interval beside it has the level of the Holm step that decided, so that "
        "it leaves out 0 exactly then. That of equivalence has "
        f"{level_of(1 - 2 * design.alpha)} and lies within the bounds exactly where equivalence is "
        "shown. Where nothing is concluded, "
        f"intervals have {level_of(1 - design.alpha)} and are not corrected; those of means by "
        "condition, of shares and of what is missing have 95 %."
    )
    yield (
        "Holm’s correction is over the pairs of one question, test and analysis set; for "
        "correlations over the metrics of one question, source and level. Models and "
        "equivalence tests are not corrected."
    )
    yield (
        "Intervals of means are BCa bootstraps over participants; of correlations, with "
        "participants as clusters."
    )
    yield _on_equivalence(design)
    yield (
        "Not estimable means that the data are too poor for a number; the tables say why. Nothing "
        "was filled in for what is missing."
    )


def samples(design: Design, outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What comparisons on these outcomes go by, and so whom and what they generalise to."""
    kinds = {one.of_tracks for one in outcomes}
    if True in kinds:
        yield (
            "Songs’ ratings are compared by a linear mixed model of the single ratings, with "
            "participants and songs as samples: what it finds is meant for other people and for "
            "other songs such as these."
        )
    if False in kinds:
        means = "of each participant’s means" if design.paired else "of participants’ means"
        yield (
            f"Ratings of playlists are compared by a t test {means}: what it finds is meant for "
            "other people, with the query songs and playlists that were there, and not for others."
        )


def heard_again(tables: Mapping[str, pd.DataFrame], design: Design) -> Iterator[str]:
    """What the t test of playlists passes over where several people heard the same ones."""
    table = tables["comparisons"]
    if design.primary is None or design.primary.of_tracks:
        return
    own = table[table["outcome"] == design.primary.name]
    if (own["test"] == "mixed_model").any():
        yield (
            "Several people heard the same playlists, as those do who begin with the same query "
            "song. The t test takes these playlists for granted and may take a difference between "
            "the few that there were for one between the conditions; the mixed model among the "
            "other tests takes them as a sample."
        )


def _on_equivalence(design: Design) -> str:
    if design.plan.equivalence_bound is None:
        return (
            "The plan sets no smallest difference of interest, so no test can show that conditions "
            "are alike: p above α says nothing of the kind."
        )
    return (
        f"Conditions count as alike where two one-sided tests at α find the difference within "
        f"±{design.plan.equivalence_bound:g} points, the plan’s smallest difference of interest."
    )


def training_songs(manifest: Mapping[str, Any]) -> list[str]:
    """How much of the library each model learned from."""
    models = manifest.get("models", [])
    found = [model["learned_from"]["in_words"] for model in models if "learned_from" in model]
    return [f"Training songs: {said}" for said in found]


def _files(manifest: Mapping[str, Any]) -> Table:
    counts = manifest.get("rows", {})
    rows = [
        [f"{name}.{'csv' if name in codebook.FILES else 'json'}", about, _rows(counts.get(name))]
        for name, about in FILES.items()
    ]
    return Table("Which file holds what", ["File", "What", "Rows"], rows, folded=True)


def _rows(n: int | None) -> str:
    return "" if n is None else f"{n:,}"


def _sources(design: Design, manifest: Mapping[str, Any]) -> Table:
    rows = [list(row) for row in _about(design, manifest)]
    return Table("What it was made from", ["What", "Which"], rows, "manifest.json")


def _about(design: Design, manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Analysis plan, SHA-256", design.plan.sha256 or "none"
    for title, key in (("Data, SHA-256", "data_hash"), ("Study, SHA-256", "study_hash")):
        if manifest.get(key):
            yield title, str(manifest[key])
    for model in manifest.get("models", []):
        yield f"Model {model['name']}", str(model["version"])
    for revision in manifest.get("library_revisions", []):
        yield "Library’s revision", str(revision)
    yield "Seed", str(design.seed)
    for name, version in manifest.get("software", {}).items():
        yield str(name), str(version)

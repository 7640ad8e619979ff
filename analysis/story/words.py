"""What the report's codes are called for people: outcomes, tests, rules, terms, metrics."""

from collections import Counter
from collections.abc import Mapping
from itertools import permutations

import pandas as pd

from analysis.figures.words import METRICS as METRICS
from analysis.figures.words import clean
from analysis.figures.words import why as why
from analysis.inference import Design, Outcome
from analysis.inference.design import PLAYLISTS, TRACKS
from analysis.stats.kinds import Conclusion
from survey.analysis_plan import PARTICIPANT, PLAYLIST, RULES

LONGEST = 120
TESTS = {
    "mixed_model": "mixed model",
    "paired_t": "paired t",
    "welch_t": "Welch’s t",
    "wilcoxon_signed_rank": "Wilcoxon signed rank",
    "mann_whitney": "Mann–Whitney",
    "brunner_munzel": "Brunner–Munzel",
    "rm_anova": "repeated-measures ANOVA",
    "welch_anova": "Welch’s ANOVA",
    "friedman": "Friedman",
    "kruskal_wallis": "Kruskal–Wallis",
}
# The letter that a test's statistic goes by.
STATISTICS = {
    "mixed_model": "t",
    "paired_t": "t",
    "welch_t": "t",
    "wilcoxon_signed_rank": "V",
    "mann_whitney": "U",
    "brunner_munzel": "W",
    "rm_anova": "F",
    "welch_anova": "F",
    "friedman": "χ²",
    "kruskal_wallis": "H",
    "chi2": "χ²",
}
EFFECTS = {
    "d_rating": "d of ratings",
    "d_av": "d_av",
    "hedges_g": "Hedges’ g",
    "cliff_delta": "Cliff’s δ",
    "probability_of_superiority": "P(a > b)",
    "rank_biserial": "rank-biserial r",
    "partial_eta_squared": "partial η²",
    "epsilon_squared": "ε²",
    "kendall_w": "Kendall’s W",
}
# What a rank test's difference is, which is none of means.
ESTIMATES = {
    "wilcoxon_signed_rank": "Hodges–Lehmann, of those who differ",
    "mann_whitney": "Hodges–Lehmann",
}
# What a standardised effect of a test is counted in.
SDS = {
    "paired_t": "SDs of the differences (d_z)",
    "welch_t": "SDs of participants’ means (d)",
    "mixed_model": "SDs of a single rating (d)",
}
MODELS = {"linear_mixed": "linear mixed, points", "cumulative_link": "cumulative link, logits"}
COMPONENTS = {
    "participant": "participants",
    "track": "songs",
    "playlist": "playlists",
    "list": "playlists of the same songs",
    "participant_condition": "participants’ tastes for a condition",
    "residual": "residual",
}
STAGES = {
    "visited": "visited the study’s page",
    "consented": "gave consent",
    "erased": "had everything erased",
    "registered": "registered",
    "screened_out": "did not fit the study",
    "not_assigned": "left before they had a condition",
    "assigned": "were given a condition",
    "began": "were shown a playlist",
    "did_not_begin": "were shown none",
    "completed": "completed the study",
    "withdrew": "withdrew",
    "screened_out_later": "turned out not to fit",
    "abandoned": "stopped without saying so",
    "still_taking_part": "are still taking part",
    "excluded": "are excluded by the analysis plan",
    "without_ratings": "have no rating to analyse",
    "analysed": "are analysed",
}
LEVELS = {
    PARTICIPANT: "participants",
    PLAYLIST: "playlists",
    "any": "both",
    "pooled": "pooled",
    "adjusted": "condition taken out",
    "repeated": "within participants and conditions",
    "within": "within a condition",
}
MARKS = {"straight_lining": "all tracks rated alike", "failed_check": "failed attention check"}
SOURCES = {"metadata": "the library", "cnn": "the network"}
FILES = {TRACKS: "songs", PLAYLISTS: "playlists", "flow": "playlists come to"}
ALONG = {"position": "position in the playlist", "distance": "distance to the query song"}
RELIABILITY = {
    "icc_from_components": "share of the variance",
    "krippendorff_alpha": "Krippendorff’s α",
    "icc": "ICC",
    "weighted_kappa": "weighted κ of repeats",
    "mean_absolute_difference": "mean difference of repeats",
    "cronbach_alpha": "Cronbach’s α",
    "alpha_if_dropped": "α without the question",
    "item_rest_correlation": "correlation with the rest",
}
VARIANTS = {**COMPONENTS, "ICC(A,1)": "of repeats, ICC(A,1)"}


def of(names: Mapping[str, str], code: object) -> str:
    """The name of a code; one without is written in words as it stands."""
    return names.get(str(code)) or str(code).replace("_", " ")


def question(outcome: Outcome, design: Design) -> str:
    """An outcome in the study's own words, and the key too where two are asked alike."""
    asked = Counter(one.label for one in design.outcomes)
    if not outcome.label:
        return outcome.name
    own = clean(outcome.label, LONGEST)
    return own if asked[outcome.label] == 1 else f"{own} ({outcome.name})"


def asked(name: object, design: Design) -> str:
    for one in design.outcomes:
        if name == one.name:
            return question(one, design)
    return "left the study" if name == "flow.left" else str(name)


def quoted(outcome: Outcome, design: Design) -> str:
    return f"“{question(outcome, design)}”"


def pair(row: Mapping[str, object]) -> str:
    """The two conditions, as the difference is taken; all of them at once for an omnibus test."""
    if pd.isna(row["condition_b"]) or not row["condition_b"]:
        return "all conditions"
    return f"{row['condition_a']} − {row['condition_b']}"


def conclusion(row: Mapping[str, object], concluded: str) -> str:
    """What is concluded of a pair, in a few words: “cnn higher than random”."""
    a, b = row.get("condition_a"), row.get("condition_b")
    said = {
        Conclusion.HIGHER: f"{a} higher than {b}",
        Conclusion.LOWER: f"{a} lower than {b}",
        Conclusion.HIGHER_WITHIN: f"{a} higher than {b}, within the bound",
        Conclusion.LOWER_WITHIN: f"{a} lower than {b}, within the bound",
        Conclusion.EQUIVALENT: "smaller than the bound",
        Conclusion.POSITIVE: "rises with it",
        Conclusion.NEGATIVE: "falls with it",
        Conclusion.POSITIVE_WITHIN: "rises with it, within the bound",
        Conclusion.NEGATIVE_WITHIN: "falls with it, within the bound",
        Conclusion.SMALL: "smaller than the bound",
        Conclusion.UNDECIDED: "undecided",
        Conclusion.NONE: "not estimable",
    }
    return said[Conclusion(concluded)]


def related(row: Mapping[str, object]) -> str:
    """What a planned result is about: a pair of conditions, or a metric."""
    return of(METRICS, row["metric"]) if row.get("metric") else pair(row)


def term(row: Mapping[str, object], design: Design) -> str:
    """A model's term: a difference as “a − b”, the mean of the first condition, or all at once."""
    name = str(row["term"])
    if name == "intercept":
        return f"mean of {design.conditions[0]}" if design.conditions else "mean"
    if name == "condition":
        return "all conditions"
    if is_difference(name, design):
        return " − ".join(next(pair for pair in _pairs(design) if name == " - ".join(pair)))
    return f"threshold {name.replace('|', ' to ')}"


def is_difference(name: str, design: Design) -> bool:
    return any(name == " - ".join(pair) for pair in _pairs(design))


def _pairs(design: Design) -> list[tuple[str, str]]:
    return list(permutations(design.conditions, 2))


def rules(codes: object) -> str:
    """Rules of exclusion, joined by semicolons, in words; other reasons as they are."""
    return "; ".join(RULES[one].label if one in RULES else one for one in str(codes).split(";"))


def rule(code: object) -> str:
    return "all planned rules together" if code == "any" else rules(code)

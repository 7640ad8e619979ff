"""The columns of the tables of results, for the codebook: what the tests of a report give."""

from collections.abc import Iterable

from analysis.stats.kinds import OF_CONTRASTS, OF_CORRELATIONS, Conclusion

from .column import Column, Type

TEXT, INTEGER, NUMBER = Type.TEXT, Type.INTEGER, Type.NUMBER

OUTCOME = Column("outcome", TEXT, "", "", "File and column of what is analysed")
SET = Column(
    "analysis_set",
    TEXT,
    "",
    "all, after_exclusions",
    "Everybody, or without what the analysis plan leaves out",
)
STATUS = Column("status", TEXT, "", "ok, not_estimable: why", "Why numbers are empty")
P = Column("p", NUMBER, "", "0–1", "Two-sided, uncorrected")
CI = "Interval of confidence 1 − α (the plan's α; without a plan .05)"
DECIDING = "Interval of the estimate that leaves out 0 exactly where p_holm is below α"
TOST = "Interval of the estimate that lies within the bounds exactly where tost_p is below α"


def _decision(unit: str) -> tuple[Column, ...]:
    return (
        Column("decision_level", NUMBER, "", "0–1", "Confidence: of the Holm step that decided"),
        Column("decision_ci_low", NUMBER, unit, "", f"{DECIDING}: lower end"),
        Column("decision_ci_high", NUMBER, unit, "", f"{DECIDING}: upper end"),
    )


def _decided(what: str, kinds: Iterable[str], which: str) -> tuple[Column, ...]:
    unit = "as the estimate"
    said = f"What is concluded of {what} by p_holm and tost_p; empty: not {which} that decides"
    return (
        *_decision(unit),
        Column("tost_level", NUMBER, "", "0–1", "Confidence: of the equivalence test, 1 − 2α"),
        Column("tost_ci_low", NUMBER, unit, "", f"{TOST}: lower end"),
        Column("tost_ci_high", NUMBER, unit, "", f"{TOST}: upper end"),
        Column("conclusion", TEXT, "", ", ".join([*kinds, Conclusion.NONE]), said),
    )


def _ends(of: str = "the estimate") -> tuple[Column, Column]:
    return (
        Column("ci_low", NUMBER, "as the estimate", "", f"{CI} of {of}: lower end"),
        Column("ci_high", NUMBER, "as the estimate", "", f"{CI} of {of}: upper end"),
    )


def _holm(over: str) -> Column:
    about = f"Corrected over {over}"
    return Column("p_holm", NUMBER, "", "0–1", about, "Holm (1979), Scand. J. Stat. 6:65")


FAMILY = Column(
    "family",
    TEXT,
    "",
    "planned, sensitivity, exploratory",
    "In the plan, by its confirmatory test; the same with other people in; neither",
)
COMPARISONS = (
    FAMILY,
    OUTCOME,
    Column("condition_a", TEXT, "", "", "The first condition; all: several conditions at once"),
    Column("condition_b", TEXT, "", "", "The second one; empty: several conditions at once"),
    Column(
        "test",
        TEXT,
        "",
        "mixed_model, paired_t, wilcoxon_signed_rank, welch_t, mann_whitney, brunner_munzel, "
        "rm_anova, friedman, welch_anova, kruskal_wallis",
        "The confirmatory one of tracks: mixed_model; of playlists: paired_t or welch_t",
    ),
    Column(
        "unit",
        TEXT,
        "",
        "rating, participant",
        "What is computed with: single ratings (mixed_model), or participants' means",
    ),
    Column("n_a", INTEGER, "participants", "≥ 0", "In a (pairs, where paired; all at once: used)"),
    Column("n_b", INTEGER, "participants", "≥ 0", "In b"),
    Column("n_left_out", INTEGER, "participants", "≥ 0", "Of these conditions, but not usable"),
    Column("mean_a", NUMBER, "scale point", "", "In a: of participants' means, or the model's"),
    Column("mean_b", NUMBER, "scale point", "", "In b: of participants' means, or the model's"),
    Column(
        "estimate",
        NUMBER,
        "scale point",
        "",
        "a − b: of means (mixed_model, t tests), or the Hodges–Lehmann shift (rank tests; "
        "signed ranks: of those who differ)",
    ),
    Column("se", NUMBER, "scale point", "≥ 0", "Standard error of the difference of means"),
    Column("estimate_ci_low", NUMBER, "scale point", "", f"{CI} of the estimate: lower end"),
    Column("estimate_ci_high", NUMBER, "scale point", "", f"{CI} of the estimate: upper end"),
    Column("statistic", NUMBER, "", "", "t, F, U, V, χ², …, by the test"),
    Column("df", NUMBER, "", "> 0", "Degrees of freedom"),
    Column("df_residual", NUMBER, "", "> 0", "Of F: the second degrees of freedom"),
    P,
    Column(
        "p_holm",
        NUMBER,
        "",
        "0–1",
        "Corrected over the planned contrasts of one outcome, test and analysis set; where not "
        "planned, over all pairs",
        "Holm (1979), Scand. J. Stat. 6:65",
    ),
    *_decided("a − b", OF_CONTRASTS.values(), "the test"),
    Column("effect", NUMBER, "", "", "Effect size, positive where a is higher"),
    Column("effect_name", TEXT, "", "", "Which effect size"),
    *_ends("the effect"),
    Column("tost_low", NUMBER, "scale point", "< 0", "Lower equivalence bound of the plan"),
    Column("tost_high", NUMBER, "scale point", "> 0", "Upper equivalence bound of the plan"),
    Column(
        "tost_p",
        NUMBER,
        "",
        "0–1",
        "Below α: the difference is smaller than the bound; uncorrected",
        "Schuirmann (1987), J. Pharmacokinet. Biopharm. 15:657",
    ),
    SET,
    STATUS,
)
MODEL = Column(
    "model",
    TEXT,
    "",
    "linear_mixed, cumulative_link",
    "REML with participants and tracks crossed and playlists within participants; ordinal logit "
    "with participant intercepts",
)
MODELS = (
    MODEL,
    OUTCOME,
    Column(
        "term",
        TEXT,
        "",
        "",
        "intercept; A - B: the mean in A less that in B, as in comparisons; condition: all",
    ),
    Column("estimate", NUMBER, "scale point; logit", "", "Of the term"),
    Column("se", NUMBER, "as the estimate", "≥ 0", "Standard error"),
    Column("statistic", NUMBER, "", "", "Estimate / se, or F"),
    Column("statistic_name", TEXT, "", "t, z, F", "Which statistic"),
    Column("df_numerator", NUMBER, "", "≥ 1", "Of F: the first degrees of freedom"),
    Column("df", NUMBER, "", "> 0", "Satterthwaite's degrees of freedom; of z none"),
    P,
    *_ends(),
    Column("n_obs", INTEGER, "ratings", "≥ 0", "Ratings used"),
    Column("n_participants", INTEGER, "participants", "≥ 0", "Participants who gave them"),
    Column("n_tracks", INTEGER, "tracks", "≥ 0", "Tracks that they are of; playlists: none"),
    Column("log_likelihood", NUMBER, "", "", "Restricted, of the linear model"),
    Column("converged", Type.BOOLEAN, "", "True, False", "Whether the fit is at its optimum"),
    Column("note", TEXT, "", "", "What to know of a number: degrees of freedom that are held down"),
    SET,
    STATUS,
)
VARIANCE_COMPONENTS = (
    MODEL,
    OUTCOME,
    Column(
        "component",
        TEXT,
        "",
        "",
        "participant, track, playlist, list, participant_condition, residual",
    ),
    Column("variance", NUMBER, "scale point², logit²", "≥ 0", "Of its random intercepts"),
    Column("sd", NUMBER, "scale point; logit", "≥ 0", "Square root of the variance"),
    Column("share", NUMBER, "", "0–1", "Of the sum of all components: an intraclass correlation"),
    Column("n_levels", INTEGER, "", "≥ 1", "How many participants, tracks, playlists"),
    Column("note", TEXT, "", "", "Whether the variance is estimated at 0"),
    SET,
    STATUS,
)
METRIC = Column("metric", TEXT, "", "", "Column of playlist_metrics")
COHESION_VS_RATING = (
    FAMILY,
    METRIC,
    Column("label_source", TEXT, "", "metadata, cnn", "Whose labels the metric is computed from"),
    OUTCOME,
    Column(
        "level",
        TEXT,
        "",
        "pooled, within, adjusted, repeated",
        "Over all playlists; in one condition; with the condition taken out; within participants "
        "and conditions",
    ),
    Column("condition", TEXT, "", "", "Of level within"),
    Column("n_playlists", INTEGER, "playlists", "≥ 0", "With metric and rating"),
    Column("n_participants", INTEGER, "participants", "≥ 0", "Who rated them"),
    Column("method", TEXT, "", "", "Coefficient and inference"),
    Column("estimate", NUMBER, "", "−1–1", "Correlation of metric and rating"),
    *_ends(),
    Column("se", NUMBER, "", "≥ 0", "Jackknife error that p and the deciding interval come of"),
    Column("df", NUMBER, "", "> 0", "Degrees of freedom of p"),
    P,
    Column(
        "p_holm",
        NUMBER,
        "",
        "0–1",
        "Corrected over the metrics of one outcome, source, level and condition",
        "Holm (1979), Scand. J. Stat. 6:65",
    ),
    *_decided("the correlation", OF_CORRELATIONS.values(), "the level"),
    Column("tost_bound", NUMBER, "", "0–1", "Smallest correlation of interest, of the plan"),
    Column(
        "tost_p",
        NUMBER,
        "",
        "0–1",
        "Below α: the correlation is smaller than the bound; uncorrected",
    ),
    SET,
    STATUS,
)
CHOSEN = "chooses songs by what the metric is computed from"
CONCLUSIONS = ", ".join([*OF_CONTRASTS.values(), Conclusion.NONE])
SAYS = "which condition is better, no difference, or undecided"


def _side(name: str, whose: str) -> tuple[Column, ...]:
    return (
        Column(f"{name}_n_a", INTEGER, "participants", "≥ 0", f"{whose}: in a"),
        Column(f"{name}_n_b", INTEGER, "participants", "≥ 0", f"{whose}: in b"),
        Column(f"{name}_mean_a", NUMBER, "", "", f"{whose}: mean in a"),
        Column(f"{name}_mean_b", NUMBER, "", "", f"{whose}: mean in b"),
        Column(f"{name}_difference", NUMBER, "", "", f"{whose}: a − b"),
        Column(f"{name}_ci_low", NUMBER, "", "", f"{whose}: deciding interval, lower end"),
        Column(f"{name}_ci_high", NUMBER, "", "", f"{whose}: deciding interval, upper end"),
        Column(f"{name}_level", NUMBER, "", "0–1", f"{whose}: confidence of that interval"),
        Column(f"{name}_p", NUMBER, "", "0–1", f"{whose}: of no difference, after Holm"),
        Column(f"{name}_conclusion", TEXT, "", CONCLUSIONS, f"{whose}: what is concluded"),
        Column(f"{name}_says", TEXT, "", "", f"{whose}: {SAYS}"),
    )


METRIC_VERDICTS = (
    METRIC,
    OUTCOME,
    Column("condition_a", TEXT, "", "", "The first condition"),
    Column("condition_b", TEXT, "", "", "The second condition"),
    Column("design", TEXT, "", "within, between", "Paired, or Welch's comparison"),
    Column("better", TEXT, "", "higher, lower", "Which way the literature reads the metric"),
    *_side("metric", "the metric"),
    *_side("people", "people (as in comparisons)"),
    Column("circular_a", Type.BOOLEAN, "", "True, False", f"a {CHOSEN}"),
    Column("circular_b", Type.BOOLEAN, "", "True, False", f"b {CHOSEN}"),
    Column(
        "verdict",
        TEXT,
        "",
        "agrees, contradicts, both see no difference, metric sees no difference, people see no "
        "difference, metric undecided, people undecided, both undecided, not_estimable",
        "What the metric would have concluded, next to what people said",
    ),
    Column(
        "not_counted",
        TEXT,
        "",
        "circular; mirrors METRIC",
        "Why the verdict is no finding of its own: a condition chooses songs by what the metric is "
        "computed from, or a metric that says much the same is counted; empty: it counts",
    ),
    STATUS,
)
ALONG_PLAYLISTS = (
    Column("outcome", TEXT, "", "", "Column of ratings"),
    Column("x", TEXT, "", "position, distance", "What the rating is set against"),
    Column("measure", TEXT, "", "slope, spearman", "Points for a `step` of x; rank correlation"),
    Column("n_participants", INTEGER, "participants", "≥ 0", "With a playlist that tells"),
    Column("n_playlists", INTEGER, "playlists", "≥ 0", "With three ratings or more"),
    Column("n_ratings", INTEGER, "ratings", "≥ 0", "In these playlists"),
    Column(
        "step",
        NUMBER,
        "of x",
        "> 0",
        "What a slope is for: one position; of distances, their SD within playlists",
    ),
    Column(
        "estimate",
        NUMBER,
        "scale point; none",
        "",
        "One slope for everybody; mean over participants of their playlists' ρ",
        "Matthews et al. (1990), BMJ 300:230",
    ),
    *_ends(),
    Column("statistic", NUMBER, "", "", "t over participants"),
    Column("df", NUMBER, "", "≥ 1", "Participants − 1; fewer where few tell most of a slope"),
    P,
    _holm("outcomes, position and distance of one measure and analysis set"),
    *_decision("as the estimate"),
    Column("conclusion", TEXT, "", "positive, negative, undecided, not_estimable",
           "By p_holm of the rank correlation; empty for slopes"),
    SET,
    STATUS,
)  # fmt: skip
RELIABILITY = (
    Column("scale", TEXT, "", "", "File and column, or questionnaire and score"),
    Column(
        "statistic",
        TEXT,
        "",
        "",
        "icc_from_components, krippendorff_alpha, icc, weighted_kappa, mean_absolute_difference, "
        "cronbach_alpha, alpha_if_dropped, item_rest_correlation",
    ),
    Column("variant", TEXT, "", "", "Which component, level, form or item"),
    Column("estimate", NUMBER, "", "≤ 1; differences: scale points", "Of the statistic"),
    *_ends(),
    Column("n_units", INTEGER, "", "≥ 0", "What is rated, or who answered"),
    Column("n_raters", INTEGER, "", "≥ 0", "Raters, or items"),
    STATUS,
)
MISSINGNESS = (
    Column("file", TEXT, "", "ratings, playlist_ratings, flow", "Where the field is"),
    Column("field", TEXT, "", "", "Column of that file; left: who went no further in the study"),
    Column("condition", TEXT, "", "", "all: of all conditions"),
    Column("n_participants", INTEGER, "participants", "≥ 0", "With a row"),
    Column("n", INTEGER, "rows", "≥ 0", "Tracks or playlists that were shown; left: or waited for"),
    Column("n_missing", INTEGER, "rows", "≥ 0", "Without a value; left: at which somebody left"),
    Column("share", NUMBER, "", "0–1", "n_missing / n"),
    Column("ci_low", NUMBER, "", "0–1", "95 % Wilson interval on effective rows: lower end"),
    Column("ci_high", NUMBER, "", "0–1", "95 % Wilson interval on effective rows: upper end"),
    Column(
        "p", NUMBER, "", "0–1", "Of no difference between conditions, by permutation; uncorrected"
    ),
    _holm("all rows of the table"),
    STATUS,
)
POWER = (
    OUTCOME,
    Column("condition_a", TEXT, "", "", "The first condition"),
    Column("condition_b", TEXT, "", "", "The second condition"),
    Column("test", TEXT, "", "mixed_model, paired_t, welch_t", "The confirmatory test"),
    Column("assumption", TEXT, "", "", "What effect and n are of"),
    Column(
        "effect",
        NUMBER,
        "SD",
        "",
        "The plan's bound, or what is found with the power: in SDs of a rating (mixed_model), "
        "of participants' differences (paired_t), of participants' means (welch_t)",
    ),
    Column("n", NUMBER, "participants", "≥ 2", "Who came; between: the harmonic mean"),
    Column("icc", NUMBER, "", "0–1", "0: the effect takes account of it"),
    Column("design_effect", NUMBER, "", "≥ 1", "1 + (m − 1)·icc"),
    Column("power", NUMBER, "", "0–1", "Probability to find the effect", "Cohen (1988)"),
    STATUS,
)
RESULTS = {
    "comparisons": COMPARISONS,
    "models": MODELS,
    "variance_components": VARIANCE_COMPONENTS,
    "cohesion_vs_rating": COHESION_VS_RATING,
    "metric_verdicts": METRIC_VERDICTS,
    "along_playlists": ALONG_PLAYLISTS,
    "reliability": RELIABILITY,
    "missingness": MISSINGNESS,
    "power": POWER,
}

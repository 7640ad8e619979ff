"""What each column of each exported file holds: the one list that files, types and docs follow."""

from collections.abc import Collection, Mapping, Sequence

from recommender.spreadsheets import RULE
from survey.analysis_plan import RULES

from .column import Column, Type
from .directions import described
from .result_columns import RESULTS

HEADER = (
    *("file", "column", "type", "unit", "range", "meaning", "source"),
    *("direction", "labels"),
)
# Where a study's own items stand among a file's fixed columns.
ITEMS = "<items>"

TEXT, INTEGER, NUMBER = Type.TEXT, Type.INTEGER, Type.NUMBER
PARTICIPANT = Column(
    "participant_id",
    TEXT,
    "",
    "",
    "Pseudonym; the same in every file; simulated participants are named in manifest.json",
)
CONDITION = Column("condition", TEXT, "", "", "Name of the condition that made the playlist")
PLAYLIST = Column("playlist_id", INTEGER, "", "≥ 1", "Number of the playlist, one a trial")
TRACK = Column("track_id", INTEGER, "", "≥ 1", "Number of the track in the library")
POSITION = Column("position", INTEGER, "", "≥ 1", "Place in the playlist, 1 plays first")
SHOWN_POSITION = Column(
    "shown_position",
    INTEGER,
    "",
    "≥ 1",
    "Place in the order of hearing, hidden tracks counted; empty when not laid out yet",
)
ITEM_COLUMNS = Column(ITEMS, INTEGER, "", "", "")
EXCLUDED = Column(
    "excluded",
    Type.BOOLEAN,
    "",
    "True, False",
    "Left out of the planned analysis by a rule of the analysis plan",
)
EXCLUSION_REASON = Column(
    "exclusion_reason",
    TEXT,
    "",
    ", ".join(RULES),
    "The rules, joined by semicolons; empty when not excluded",
)
HEARD = "Union of the ranges that the player reported as truly heard"

RATINGS = (
    PARTICIPANT,
    CONDITION,
    PLAYLIST,
    TRACK,
    POSITION,
    SHOWN_POSITION,
    Column(
        "distance",
        NUMBER,
        "distance in genre space",
        "0–√2",
        "Of the track to the query song, whatever made the playlist",
    ),
    ITEM_COLUMNS,
    Column("familiar", INTEGER, "scale point", "≥ 1", "Answer to the item with key familiarity"),
    Column("listened_s", NUMBER, "s", "≥ 0", f"{HEARD}; 0 when no report came"),
    Column("rated_at", Type.TIME, "UTC", "", "When the track's last rating was made or changed"),
    EXCLUDED,
    EXCLUSION_REASON,
)
PLAYLIST_RATINGS = (
    PARTICIPANT,
    CONDITION,
    PLAYLIST,
    Column("period", INTEGER, "", "≥ 1", "The participant's first, second, … playlist"),
    ITEM_COLUMNS,
    Column("track_mean", NUMBER, "scale point", "≥ 1", "Mean liking of the rated tracks"),
    Column("track_peak", INTEGER, "scale point", "≥ 1", "Highest liking of a track"),
    Column("track_end", INTEGER, "scale point", "≥ 1", "Liking of the track at the last position"),
    EXCLUDED,
    EXCLUSION_REASON,
)
ANSWERS = (
    PARTICIPANT,
    Column(
        "condition",
        TEXT,
        "",
        "",
        "Of the playlist asked about; at registration and the end, the participant's only "
        "condition, empty when there were several",
    ),
    Column("playlist_id", INTEGER, "", "≥ 1", "The playlist asked about; empty when about none"),
    Column("instrument", TEXT, "", "", "Key of the questionnaire"),
    Column("item_id", TEXT, "", "", "Key of the question"),
    Column(
        "row",
        TEXT,
        "",
        "",
        "Matrix, differential: key of the row; multiple choice, ranking: number of the option, "
        "from 0; other: text typed instead of an option; empty: the one answer",
    ),
    Column("raw", TEXT, "", "", "As answered; e-mail and IP addresses in free text are removed"),
    Column(
        "scored",
        INTEGER,
        "scale point",
        "",
        "Scales only: lowest + highest − raw when reversed; yes 1, no 0; empty for don't know",
    ),
    Column("reversed", Type.BOOLEAN, "", "True, False", "Scored from the other end"),
    Column("passed", Type.BOOLEAN, "", "True, False", "Attention checks only: answered right"),
)
SCORES = (
    PARTICIPANT,
    ANSWERS[1],
    ANSWERS[2],
    Column("instrument", TEXT, "", "", "Key of the questionnaire"),
    Column("scale", TEXT, "", "", "Name of the score"),
    Column("score", NUMBER, "", "", "Its value; empty when too few questions were answered"),
    Column("n_items", INTEGER, "questions", "≥ 1", "Questions that it is made of"),
    Column("n_answered", INTEGER, "questions", "0–n_items", "Of these answered with a point"),
)
HIDDEN_TRACKS = (
    PARTICIPANT,
    CONDITION,
    PLAYLIST,
    TRACK,
    Column(
        "role",
        TEXT,
        "",
        "repeat, query, random",
        "A track of the playlist again, the query song (high anchor), or a random track (low "
        "anchor)",
        "ITU-R BS.1534-3 (anchors)",
    ),
    SHOWN_POSITION,
    ITEM_COLUMNS,
    Column("familiar", INTEGER, "scale point", "≥ 1", "Answer to the item with key familiarity"),
    Column("rated_at", Type.TIME, "UTC", "", "When the track's last rating was made or changed"),
)
FLAGS = (
    PARTICIPANT,
    CONDITION,
    Column("playlist_id", INTEGER, "", "≥ 1", "The playlist marked; empty when about none"),
    Column(
        "flag",
        TEXT,
        "",
        "straight_lining, too_fast, little_heard, failed_check, sound_check",
        "What was marked, by the study's settings; who is left out by it, the analysis plan says",
        "Curran (2016), J. Exp. Soc. Psychol. 66:4",
    ),
    Column("detail", TEXT, "", "", "The value that led to it"),
)
LISTENING = (
    PARTICIPANT,
    PLAYLIST,
    TRACK,
    POSITION,
    Column("plays", INTEGER, "", "≥ 0", "Times play began in the first second; ≥ 1 if ever played"),
    Column("heard_s", NUMBER, "s", "0–duration", f"{HEARD}; a second heard twice counts once"),
    Column("heard_share", NUMBER, "", "0–1", "heard_s / the track's duration"),
    Column("seeks", INTEGER, "", "≥ 0", "Moves to another place of the track"),
    Column("volume_changes", INTEGER, "", "≥ 0", "Times the page's volume was set"),
    Column("hidden_s", NUMBER, "s", "≥ 0", "Played while the page was in the background"),
    Column("could_not_hear", Type.BOOLEAN, "", "True, False", "They said so; needs no rating"),
    Column("first_play_at", Type.TIME, "UTC", "", "When the first report arrived; empty if none"),
)
WOODS = "Woods et al. (2017), Atten. Percept. Psychophys. 79:2064"
SOUND_CHECKS = (
    PARTICIPANT,
    Column("attempt", INTEGER, "", "1–2", "The first or second go; the last one counts"),
    Column("volume", NUMBER, "", "0–1", "The page's volume; empty where the browser sets none"),
    Column("answers", TEXT, "", "1–3", "Which of three tones was softest, for each triplet", WOODS),
    Column("right_answers", TEXT, "", "1–3", "Which of them was", WOODS),
    Column("n_right", INTEGER, "", "0–6", "Right answers; empty without the headphone test"),
    Column("passed", Type.BOOLEAN, "", "True, False", "Empty: not done, or nothing to pass"),
    Column("could_not_hear", Type.BOOLEAN, "", "True, False", "They said that they hear nothing"),
    Column("finished_at", Type.TIME, "UTC", "", "When the go was sent"),
)
EXCLUSIONS = (
    Column("rule", TEXT, "", f"{', '.join(RULES)}, any", "any: the plan's rules together"),
    Column("level", TEXT, "", "participant, playlist, any", "What the rule's marks are about"),
    Column("condition", TEXT, "", "", "Of these playlists; empty: of all conditions"),
    Column("applied", Type.BOOLEAN, "", "True, False", "Whether the analysis plan has the rule"),
    Column("n_participants", INTEGER, "participants", "≥ 0", "Marked, or with a marked playlist"),
    Column("n_playlists", INTEGER, "playlists", "≥ 0", "Shown playlists that fall away by it"),
    Column("n_ratings", INTEGER, "tracks", "≥ 0", "Their tracks with a rating"),
    Column("share", NUMBER, "", "0–1", "n_ratings / the condition's tracks with a rating"),
    Column("status", TEXT, "", "ok, not_estimable: why", "Why numbers are empty"),
)
STAGES = (
    "visited, consented, erased, registered, screened_out, not_assigned, assigned, began, "
    "did_not_begin, completed, withdrew, screened_out_later, abandoned, still_taking_part, "
    "excluded, without_ratings, analysed"
)
CONSORT = "Schulz et al. (2010), BMJ 340:c332"
FLOW = (
    Column("stage", TEXT, "", STAGES, "How far people came", CONSORT),
    Column("condition", TEXT, "", "", "That they were given; empty: everybody"),
    Column("n", INTEGER, "participants", "≥ 0", "How many; empty: not recorded"),
    Column("reason", TEXT, "", "", "Why, or by which rules; each is in one row of a stage"),
)
SIMPSON = "Simpson (1949), Nature 163:688"
SHANNON = "Shannon (1948)"
LIN = "Lin (1991), IEEE Trans. Inf. Theory 37:145"
PLAYLIST_METRICS = (
    PLAYLIST,
    CONDITION,
    Column(
        "label_source",
        TEXT,
        "",
        "metadata, cnn",
        "Where genre labels come from: the library, or the network's most probable genre. The "
        "network's own labels favour the network's own playlists",
    ),
    Column(
        "query_source",
        TEXT,
        "",
        "library, own",
        "Where the query song is from: the library, or brought by the participant",
    ),
    Column("n_tracks", INTEGER, "tracks", "≥ 0", "Tracks in the playlist"),
    Column("n_known", INTEGER, "tracks", "0–n_tracks", "Tracks with a known genre"),
    Column("coverage", NUMBER, "", "0–1", "n_known / n_tracks"),
    Column(
        "n_learned",
        INTEGER,
        "tracks",
        "0–n_tracks",
        "Tracks that the model learned from: their place in its space is partly what it was "
        "taught; empty where it does not say what it learned from",
    ),
    Column("cohesion_artist_pair", NUMBER, "", "0–1", "Share of pairs by one artist", SIMPSON),
    Column("cohesion_genre_pair", NUMBER, "", "0–1", "Share of pairs of one genre", SIMPSON),
    Column("cohesion_genre_adjacent", NUMBER, "", "0–1", "Share of neighbours of one genre"),
    Column(
        "cohesion_genre_query",
        NUMBER,
        "",
        "0–1",
        "Share of known tracks of the query song's genre; a participant's own song has the genre "
        "that they picked (metadata) or that the network hears in it (cnn)",
        "Logan & Salomon (2001), ICME",
    ),
    Column("chance", NUMBER, "", "0–1", "Pairwise cohesion of random playlists: Σ q²", SIMPSON),
    Column(
        "entropy_bits",
        NUMBER,
        "bits",
        "0–log₂K",
        "Entropy of the genres; too low by about (K−1) / (2n ln 2), so compare equal lengths only",
        f"{SHANNON}; the bias: Miller (1955)",
    ),
    Column(
        "entropy_normalised",
        NUMBER,
        "",
        "0–1",
        "entropy_bits / log₂K, K the genres of the library (metadata) or the network (cnn)",
        "Pielou (1966), J. Theor. Biol. 13:131",
    ),
    Column("soft_entropy_within_bits", NUMBER, "bits", "0–log₂K", "Mean entropy of a track", LIN),
    Column("soft_entropy_total_bits", NUMBER, "bits", "0–log₂K", "Entropy of the mean track", LIN),
    Column(
        "soft_entropy_divergence_bits",
        NUMBER,
        "bits",
        "0–log₂K",
        "Total − within: Jensen–Shannon divergence of the tracks",
        LIN,
    ),
    Column(
        "diversity",
        NUMBER,
        "genre space",
        "0–√2",
        "Mean pairwise Euclidean distance",
        "Ziegler et al. (2005), WWW",
    ),
    Column(
        "diversity_cosine",
        NUMBER,
        "",
        "0–1",
        "1 − mean pairwise cosine",
        "Smyth & McClave (2001), ICCBR",
    ),
    Column(
        "compactness",
        NUMBER,
        "genre space",
        "0–√(1 − 1/K)",
        "Root mean square distance to the centroid",
        "Zhang et al. (1996), SIGMOD",
    ),
    Column("query_distance", NUMBER, "genre space", "0–√2", "Mean distance to the query song"),
    Column(
        "novelty_bits",
        NUMBER,
        "bits",
        "≥ 0",
        "Mean −log₂ of the tracks' shares of the study's listens, add-one smoothed",
        "Zhou et al. (2010), PNAS 107:4511",
    ),
    Column("flags", TEXT, "", "", "Why a value is empty or 0, separated by semicolons"),
)
EFRON = "Efron (1987), JASA 82:171"
UNIT = "of participants' means: every participant counts once"
DESCRIPTIVES = (
    Column("outcome", TEXT, "", "", "File and column; for playlist metrics the label source too"),
    Column("group_by", TEXT, "", "all, condition, period, track_id, position", "Rows grouped by"),
    Column("level", TEXT, "", "", "Value of the grouping column; all when not grouped"),
    Column("n_participants", INTEGER, "participants", "≥ 0", "Participants with a value"),
    Column("n_ratings", INTEGER, "values", "≥ 0", "Values given (for metrics: playlists)"),
    Column("mean", NUMBER, "the outcome's", "", f"Mean {UNIT}"),
    Column("sd", NUMBER, "the outcome's", "≥ 0", f"Standard deviation (n − 1) {UNIT}"),
    Column("median", NUMBER, "the outcome's", "", f"Median {UNIT}"),
    Column("q1", NUMBER, "the outcome's", "", f"Lower quartile {UNIT}"),
    Column("q3", NUMBER, "the outcome's", "", f"Upper quartile {UNIT}"),
    Column("ci_low", NUMBER, "the outcome's", "", "Lower end of the mean's 95 % interval", EFRON),
    Column("ci_high", NUMBER, "the outcome's", "", "Upper end of the mean's 95 % interval", EFRON),
    Column(
        "ci_method",
        TEXT,
        "",
        "bca_bootstrap_participants, not_estimable: why",
        "BCa bootstrap over participants, 9,999 resamples, the study's seed",
        EFRON,
    ),
    Column("n_missing", INTEGER, "values", "≥ 0", "Rows without a value"),
)
PLAYLIST_PLACES = (
    PLAYLIST,
    CONDITION,
    Column("model", TEXT, "", "", "Version of the model that heard the songs"),
    Column("genre", TEXT, "", "", "One of the model's genres, in its order"),
    Column("query", NUMBER, "", "0–1", "The query song's probability of the genre"),
    Column("mean", NUMBER, "", "0–1", "Mean probability of the genre over the playlist's songs"),
)
WILSON = "Wilson (1927), JASA 22:209; Rao & Scott (1992), Biometrics 48:577"
LIKERT_DISTRIBUTION = (
    Column("outcome", TEXT, "", "", "File and column"),
    CONDITION,
    Column("category", INTEGER, "scale point", "≥ 1", "The point of the scale"),
    Column("count", INTEGER, "ratings", "≥ 0", "Ratings at this point"),
    Column("share", NUMBER, "", "0–1", "count / ratings given in the condition"),
    Column(
        "ci_low",
        NUMBER,
        "",
        "0–1",
        "Lower end of the share's 95 % Wilson interval, on the effective number of ratings",
        WILSON,
    ),
    Column("ci_high", NUMBER, "", "0–1", "Upper end of the share's 95 % Wilson interval", WILSON),
)
PRIMARY = (
    Column("file", TEXT, "", "", "The file that holds the outcome, without .csv"),
    Column("column", TEXT, "", "", "The outcome's column in that file"),
    Column(
        "test",
        TEXT,
        "",
        "mixed_model, paired_t, welch_t, spearman_clustered",
        "The test that decides; the last of the correlation with a metric, in one condition",
    ),
    Column("paired", Type.BOOLEAN, "", "True, False", "Whether participants have both conditions"),
    Column("condition_a", TEXT, "", "", "The condition whose mean is the first"),
    Column("condition_b", TEXT, "", "", "The condition whose mean is taken from it"),
    Column("metric", TEXT, "", "", "In one condition: the column of playlist_metrics, by metadata"),
    Column("alpha", NUMBER, "", "0–1", "Level of the test; intervals are of 1 − alpha"),
    Column("planned", Type.BOOLEAN, "", "True, False", "Whether an analysis plan says so"),
)
# Beside each picture that is not drawn from one table as it is.
FIGURE = (
    Column("panel", TEXT, "", "", "The condition, or all of them; else what is compared"),
    Column("mark", TEXT, "", "", "What is drawn: participant, mean, playlist, line, share, …"),
    Column(
        "at",
        NUMBER,
        "position, distance, metric or point",
        "",
        "Where it is drawn along the other axis; of paired participants the same number in all "
        "panels",
    ),
    Column("value", NUMBER, "scale point; shares: none", "", "What is drawn, before any is moved"),
    Column("low", NUMBER, "as the value", "", "Lower end of its interval or band"),
    Column("high", NUMBER, "as the value", "", "Upper end of its interval or band"),
    Column("n", INTEGER, "participants; shares: ratings", "≥ 0", "How many are behind it"),
)
FIGURES = "figures/*"
CODEBOOK = (
    Column("file", TEXT, "", "", "The file, without .csv"),
    Column("column", TEXT, "", "", "The column's header"),
    Column("type", TEXT, "", ", ".join(Type), f"How cells are written; empty = missing. {RULE}"),
    Column("unit", TEXT, "", "", "Unit of the values, or none"),
    Column("range", TEXT, "", "", "Values that can occur"),
    Column("meaning", TEXT, "", "", "What the column holds"),
    Column("source", TEXT, "", "", "Publication or questionnaire behind it, or none"),
    Column("direction", TEXT, "", "", "What a higher number means; none: texts, times, marks"),
    Column("labels", TEXT, "", "", "What the values are called, or none"),
)
FILES = {
    "ratings": RATINGS,
    "playlist_ratings": PLAYLIST_RATINGS,
    "answers": ANSWERS,
    "scores": SCORES,
    "listening": LISTENING,
    "hidden_tracks": HIDDEN_TRACKS,
    "flags": FLAGS,
    "sound_checks": SOUND_CHECKS,
    "exclusions": EXCLUSIONS,
    "flow": FLOW,
    "playlist_metrics": PLAYLIST_METRICS,
    "playlist_places": PLAYLIST_PLACES,
    "descriptives": DESCRIPTIVES,
    "likert_distribution": LIKERT_DISTRIBUTION,
    **RESULTS,
    "primary": PRIMARY,
    "codebook": CODEBOOK,
}


def columns(file: str, items: Sequence[Column] = ()) -> list[Column]:
    """A file's columns in order, the study's items in their place."""
    found: list[Column] = []
    for column in FILES[file]:
        found.extend(items if column.name == ITEMS else [column])
    return found


def rows(
    items: Mapping[str, Sequence[Column]], files: Collection[str] = FILES.keys()
) -> list[tuple[str, ...]]:
    """The codebook itself: one row for every column of every file, or of some files."""
    of_files = [
        described(file, column)
        for file in FILES
        if file in files
        for column in columns(file, items.get(file, ()))
    ]
    drawn = FIGURE if set(RESULTS) <= set(files) else ()
    return [*of_files, *(described(FIGURES, column) for column in drawn)]

"""Every mistake in a study's file is named with its line and column, all at once, in words."""

import pytest

from survey.study_files import MOST_BYTES, StudyFileError, checked
from tests.conftest import DEMO_STUDY

GOOD = """\
slug: mine
title: Mine
summary: S.
information: I.
consent: C.
genres: [Rock]
conditions:
  - name: system
    params: {length: 5}
instruments:
  - key: background
    placement: registration
    items:
      - {key: device, text: With what, kind: choice, options: [Headphones, Loudspeakers]}
  - key: track
    placement: track
    items:
      - {key: liking, text: Good, options: [A, B]}
"""


def said(text: str | bytes) -> str:
    with pytest.raises(StudyFileError) as refused:
        checked(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    return str(refused.value)


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_a_good_file_has_no_mistakes():
    assert checked(GOOD.encode(), "f.yaml").data["slug"] == "mine"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("title: Mine", "titel: Mine", "line 2, column 1: titel: There is no “titel” here; did"),
        ("title: Mine", "titel: Mine", "line 1, column 1: “title” is missing"),
        ("title: Mine", "title: 5", "line 2, column 8: title: It must be text"),
        ("title: Mine", "title: ''", "title: It must not be empty"),
        ("title: Mine", f"title: {'x' * 201}", "It has 201 characters; 200 are allowed"),
        ("title: Mine", "title: A\nn_trials: many", "It must be a whole number, not “many”"),
        ("title: Mine", "title: A\nn_trials: 99", "from 1 to 20, not 99"),
        ("title: Mine", "title: A\nminutes: -1", "from 0 to 32767, not -1"),
        ("title: Mine", "title: A\ncontact: nobody", "“nobody” is no e-mail address"),
        ("title: Mine", "title: A\nopens_at: 2027-01-31", "is no time such as 2027-01-31T18"),
        ("title: Mine", "title: A\nopens_at: 2027-01-31 18:00", "with its zone"),
        ("title: Mine", "title: A\nopens_at: 2027-99-31 18:00:00Z", "is no time"),
        ("title: Mine", "title: A\nlanguage: English", "“English” is no code of a language"),
        ("title: Mine", "title: A\ntitles: shwon", "Did you mean “shown”?"),
        ("title: Mine", "title: A\nstate: open", "“state” can't be set: a loaded study is a draft"),
        ("slug: mine", "slug: my study", "must be letters, digits"),
        ("- name: system", "- name: a\n    strategy: genre_spice", "Did you mean “genre_space”?"),
        ("length: 5", "length: 99", "line 9, column 22: condition “system” › params › length"),
        ("length: 5", "lenght: 5", "There is no “lenght” here; did you mean “length”?"),
        ("length: 5", "diversity: 2", "from 0 to 1, not 2"),
        ("length: 5", "distinct: 3", "It must be true or false, not 3"),
        ("placement: track", "placement: tracks", "Did you mean “track”?"),
        ("options: [A, B]", "options: [A]", "At least two labels"),
        ("options: [A, B]", "options: [A, A]", "Two are the same: “A”"),
        ("options: [A, B]", "options: [no, yes]", "In YAML, quote “No” and “Yes”"),
        ("options: [A, B]", "kind: yes_no, options: [A, B]", "of this kind has no options"),
        ("options: [A, B]", "kind: number, options: [1]", "lowest and highest value"),
        ("options: [A, B]", "kind: liker, options: [A, B]", "Did you mean “likert”?"),
        ("options: [A, B]", "kind: matrix, options: [A, B]", "“rows” is missing"),
        ("options: [A, B]", "kind: likert", "“options” is missing"),
        ("key: liking, text: Good", "key: liking, txt: Good", "did you mean “text”?"),
    ],
)
def test_what_has_not_the_right_shape_is_said_at_its_place(old, new, expected):
    assert expected in said(changed(old, new))


PLANNED = "title: Mine\nanalysis_plan: {outcome: track.liking"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ("alpha: .05, aplha: .1", "line 3, column 52: analysis_plan › aplha: There is no “aplha”"),
        ("alpha: 0.5", "analysis_plan › alpha: It must be a number above 0 and below 0.5."),
        ("alpha: five", "It must be a number, not “five”"),
        ("equivalence_bound: 0", "It must be a number above 0."),
        ("equivalence_bound: 3", "No difference on “track.liking” can be larger than 1"),
        ("correlation_bound: 1", "It must be a number above 0 and below 1."),
        ("participants: 0", "analysis_plan › participants: It must be from 1 to 999999, not 0"),
        ("metrics: [entropy_bit]", "analysis_plan › metric 1: “entropy_bit” is none of coverage,"),
        ("metrics: [entropy_bit]", "Did you mean “entropy_bits”?"),
        ("exclusions: [too_fats]", "Did you mean “too_fast”?"),
        ("exclusions: [too_fast, too_fast]", "Two are the same: “too_fast”."),
        ("contrasts: [[system]]", "contrast 1: A contrast is a pair of conditions"),
        ("contrasts: [[system, other]]", "There is no condition “other”; there are: system."),
        ("contrasts: [[system, system]]", "“system” can't be compared with itself"),
    ],
)
def test_what_is_wrong_with_an_analysis_plan_is_said_at_its_place(parts, expected):
    assert expected in said(changed("title: Mine", f"{PLANNED}, {parts}}}"))


@pytest.mark.parametrize("outcome", ["track.likin", "background.device", "track.liking.row"])
def test_a_plan_for_what_is_no_scale_says_which_there_are(outcome):
    text = changed("title: Mine", f"title: Mine\nanalysis_plan: {{outcome: {outcome}}}")
    expected = f"line 3, column 26: analysis_plan › outcome: “{outcome}” can't be the outcome."
    assert expected in said(text)
    assert "there are: track.liking." in said(text)


def test_a_plan_leaves_nothing_out_by_what_is_not_marked():
    text = changed(
        "title: Mine", f"flag_heard_share: null\n{PLANNED}, exclusions: [little_heard]}}"
    )
    assert "“little_heard” needs flag_heard_share" in said(text)


def test_a_plan_needs_its_outcome():
    assert "analysis_plan: “outcome” is missing" in said(f"{GOOD}analysis_plan: {{alpha: 0.01}}\n")


TWO = "{key: a, text: A, kind: text}, {key: a, text: B, kind: text}"
LATER = "{key: x, text: X, kind: text, shown_if: {item: track.liking, is: ['1']}}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  - key: track", "  - key: background", "instrument “background” › key: There is a"),
        ("- {key: liking, text: Good, options: [A, B]}", f"[{TWO}]", "There is a “a” already"),
        ("title: Mine", "title: A\ntitle: B", "line 3, column 1: “title” is there twice, first on"),
        (
            "title: Mine",
            "title: A\nscreen_out: [{item: background.devise, is: [X]}]",
            "There is no question “background.devise”; did you mean “background.device”?",
        ),
        (
            "title: Mine",
            "title: A\nquotas: [{item: background.device, is: [Headphone], most: 3}]",
            "“Headphone” is none of the answers to “background.device”; did you mean “Headphones”?",
        ),
        (
            "title: Mine",
            "title: A\nscreen_out: [{item: track.liking, is: ['1']}]",
            "“track.liking” is asked too late",
        ),
        (
            "- {key: device,",
            f"- {LATER}\n      - {{key: device,",
            "“track.liking” comes later",
        ),
        (
            "placement: track",
            "placement: end\n    scoring: [{scale: s, items: [likin]}]",
            "There is no “likin” in this instrument; did you mean “liking”?",
        ),
        ("title: Mine", "title: {en: Mine, de: Meins}", "“summary” is missing in de"),
        ("title: Mine", "title: {de: Meins}", "“title” is missing in en; it is there in de"),
        (
            "text: Good",
            "text: {en: Good, fr: Bon}",
            "“text” is there in fr, but the study's own",
        ),
        (
            "title: Mine",
            "title: {en: A, de: B}\ntranslations: {de: {title: C}}",
            "“title” is there twice in de",
        ),
    ],
)
def test_what_does_not_agree_is_said_at_its_place(old, new, expected):
    text = changed(old, new)
    if new.startswith("["):
        text = changed(f"items:\n      {old}", f"items: {new}")
    assert expected in said(text)


def test_a_ready_made_instrument_in_too_few_languages_is_named():
    text = changed("title: Mine", "title: {en: A, xx: B}")
    text = f"{text}  - {{use: track-ratings, placement: end, key: more}}\n"
    assert "The ready-made “track-ratings” is not there in all of en, xx: write it out" in said(
        text
    )


def test_all_mistakes_are_said_at_once_in_the_order_of_the_file():
    text = changed("title: Mine", "titel: Mine").replace("length: 5", "length: 0")
    lines = said(text.replace("[A, B]", "[A]")).splitlines()
    assert [line.split(",")[1] for line in lines] == [" line 1", " line 2", " line 9", " line 18"]


LAUGHS = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("genres: &a [*a]", "line 1, column 9: genre 1: This repeats itself without end"),
        ("a: &a {b: *a}", "This repeats itself without end"),
        ("a: &a {<<: *a}", "“<<” takes over the names of one alias"),
        (LAUGHS, "more than 20,000 values"),
        ("a: " + "[" * 5000, "nested too deeply"),
        ("a: " + "[" * 30 + "]" * 30, "nested too deeply"),
        ("title: A\n\tsummary: B", "line 2, column 1: Not valid YAML: there is a tab. Indent with"),
        (
            b"title: A\nsummary: caf\xe9",
            "line 2, column 13: Not valid YAML: the file is not in UTF-8",
        ),
        ("title: Ménage".encode("utf-16"), "not in UTF-8"),
        (b"#" * (MOST_BYTES + 1), "larger than 1 MB"),
        (b"x" * 10_000_000, "larger than 1 MB"),
        ("title: A\x00", "line 1, column 9: Not valid YAML: a character here is not allowed"),
        ('title: "\\0"', "A character of this text can't be kept"),
        ('title: "\\ud800"', "character of this text can't be kept"),
        ("title: !!python/object:os.system x", "Tags such as"),
        ("title: !mine x", "Tags such as"),
        ("minutes: .inf", "is no number that can be used"),
        ("minutes: " + "9" * 5000, "is no number that can be used"),
        ("seed: 0x" + "f" * 900_000, "is no number that can be used"),
        ("seed: 9223372036854775808", "is larger than can be kept"),
        ("minutes: 0b_", "is no number: quote it"),
        ("no: Norsk", "A name must be text: quote “no”"),
        ("? [a, b]\n: c", "A name must be text"),
        ("{[a]: b, <<: {c: d}}", "A name must be text"),
        ("a: *b", "Not valid YAML: found undefined alias"),
        ("a: 1\n---\nb: 2", "line 2, column 1: Not valid YAML: a second document begins"),
        ("a: 'unfinished", "Not valid YAML"),
        ("{a: b, c: d]", "Between brackets, quote texts that hold “?”"),
        ("a: b: c", "line 1, column 5: Not valid YAML"),
        ("- a", "must hold names and values"),
        ("", "must hold names and values"),
    ],
    ids=range(31),
)
def test_what_is_no_good_yaml_is_said_in_words(text, expected):
    assert expected in said(text)


def test_a_mark_of_the_encoding_at_the_start_is_no_mistake():
    assert checked(b"\xef\xbb\xbf" + GOOD.encode(), "f.yaml").data["slug"] == "mine"


def test_names_can_be_taken_over_from_an_alias():
    text = changed("params: {length: 5}", "params: &p {length: 5}")
    text += "      - {key: b, text: B, options: [A, B]}\n"
    text = text.replace(
        "instruments:", "  - {name: other, params: {<<: *p, distinct: false}}\ninstruments:"
    )
    found = checked(text.encode(), "f.yaml").data["conditions"][1]["params"]
    assert found == {"length": 5, "distinct": False}


WRONG = [
    None,
    True,
    5,
    1.5,
    "x",
    [],
    [None],
    [[]],
    {},
    {"a": 1},
    [{"key": 5}],
    {"en": None},
    {"en": 1},
]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_no_part_of_a_wrong_shape_ends_in_anything_but_words(wrong):
    from survey.study_files.checking import contradictions
    from survey.study_files.reading import read
    from survey.study_files.wording import misfits

    for name in ("title", "language", "translations", "conditions", "instruments", "screen_out"):
        data = {**read(GOOD.encode(), "f").data, name: wrong}
        contradictions(data), misfits(data)
    for name in ("key", "use", "placement", "items", "scoring", "title", "translations"):
        data = read(GOOD.encode(), "f").data
        data["instruments"][0][name] = wrong
        contradictions(data), misfits(data)
    for name in ("key", "text", "kind", "options", "rows", "shown_if", "translations"):
        data = read(GOOD.encode(), "f").data
        data["instruments"][0]["items"][0][name] = wrong
        contradictions(data), misfits(data)


MANY = "\n  - key: many\n    title: Many\n    placement: end\n    items:\n"
WORK = {
    "a long text behind aliases": (
        'a: &a "' + "x" * 900_000 + '"\nb: [' + "*a," * 10_000 + "]",
        "characters",
    ),
    "a number of base 60": ("seed: " + ":".join(["59"] * 300_000), "seed: It must be"),
    "unknown names": (GOOD + "".join(f"unknown{n}: 1\n" for n in range(9_000)), "the first 100"),
    "more unknown names": ("".join(f"x{n}: 1\n" for n in range(40_000)), "20,000 values"),
    "a list that goes on": ("a: [" + "1," * 450_000 + "]", "20,000 values"),
    "brackets in brackets": ("[" * 240_000 + "]" * 240_000, "nested too deeply"),
    "lists in lists": ("- " * 240_000 + "x", "nested too deeply"),
    "keys in keys": ("? " * 240_000 + "x", "nested too deeply"),
    "names twice": ("a: 1\n" * 19_000, "the first 100"),
}


@pytest.mark.parametrize(("text", "expected"), WORK.values(), ids=WORK.keys())
def test_a_small_file_that_is_a_lot_of_work_is_refused_at_once(text, expected):
    """Each took minutes, or the process with it: the test's time limit tells."""
    assert expected in said(text)


def test_no_study_asks_without_end():
    items = "".join(f"      - {{key: q{n}, text: T, kind: yes_no}}\n" for n in range(1001))
    text = DEMO_STUDY.read_text() + MANY + items
    assert "A study asks 1,000 questions at most; this one has 1,0" in said(text)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("conditions:\n" + "- {name: a, strategy: random}\n" * 201, "200 conditions"),
        ("instruments:\n" + "- {use: track-ratings, placement: end}\n" * 201, "200 instruments"),
        (
            "translations:\n" + "".join(f"  l{n}: {{title: T}}\n" for n in range(60)),
            "50 languages",
        ),
    ],
)
def test_no_study_has_parts_without_end(rows, expected):
    """Four thousand conditions took nine seconds, and were taken."""
    assert f"A study has {expected} at most; this one has " in said(rows)


@pytest.mark.parametrize(
    "text", ["slug: {}!", "opens_at: {}", "{}: 1", "instruments: [{{use: {}}}]", "language: {}"]
)
def test_a_long_text_is_shown_by_its_beginning(text):
    """The page that listed the mistakes was as long as the file."""
    found = said(text.format("a" * 900))
    assert "a" * 60 in found
    assert "a" * 100 not in found


@pytest.mark.parametrize(
    ("said_of", "expected"),
    [
        ("seed: 1099511627776000", "at most"),
        ("seed: -1", "at least 0"),
        ("n_trials: 0", "from 1 to"),
    ],
)
def test_a_number_out_of_range_is_told_the_bound_that_it_breaks(said_of, expected):
    assert expected in said(said_of)

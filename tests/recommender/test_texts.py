import pytest

from recommender.texts import cleaned, joined, readable, shortened


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Río \t Grande\n", "Río Grande"),
        ("Bjo\u0308rk", "Björk"),
        ("A\x00B\x1b[31mC", "A B [31mC"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("שיר\u200f!", "שיר\u200f!"),
        ("C\u202eD\u2066E", "CDE"),
        ("\ufeffTitle\u200b", "Title"),
        ("non\u00a0breaking", "non breaking"),
        ("bad-\udcff", "bad-\ufffd"),
        ("", ""),
    ],
)
def test_text_keeps_what_letters_need_and_nothing_that_turns_the_page(text, kept):
    assert cleaned(text) == kept


@pytest.mark.parametrize(
    "text", [" ", "\u200b\u200d", "\u3164", "\u2800\ufeff", "\u034f\ufe0f", "\t\n"]
)
def test_what_can_not_be_seen_is_no_text(text):
    assert cleaned(text) == ""


def test_several_values_stand_side_by_side_each_once():
    assert joined(["Ana", " ", "Bea", "Ana "]) == "Ana; Bea"


def test_what_is_shortened_says_so():
    assert shortened("x" * 11, 10) == "x" * 9 + "…"
    assert shortened("x" * 10, 10) == "x" * 10


def test_a_name_is_spelt_out_where_it_is_no_text():
    assert readable("red\x1b[31m-\udcff.mp3") == "red\\x1b[31m-\\udcff.mp3"

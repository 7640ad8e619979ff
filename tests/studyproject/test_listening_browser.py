"""What was heard, rules of listening and the sound check, in a real browser."""

from collections.abc import Callable

import pytest

from tests.conftest import DataFolder
from tests.studyproject.test_browser import (  # noqa: F401  the fixtures
    CHROMIUM,
    Person,
    browser,
    context,
    listener,
    person,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found; CHROMIUM may name one"),
]

PLAYED = """({played}) => Array.from({length: played.length}, (_, i) => i)
  .reduce((sum, i) => sum + played.end(i) - played.start(i), 0)"""
EVENTS = """SELECT e.kind, e.start_s, e.end_s FROM survey_listeningevent e
  JOIN survey_trialtrack s ON s.id = e.track_id JOIN survey_trial t ON t.id = s.trial_id
  JOIN survey_participant p ON p.id = t.participant_id
  WHERE p.code = ? AND s.position = ? ORDER BY e.id"""


@pytest.fixture
def rule(serving: DataFolder):
    """Change the study's settings, for one test."""

    def change(listening: str = "free", share: float = 0.5, check: str = "none") -> None:
        sql = "UPDATE survey_study SET listening = ?, heard_share = ?, sound_check = ?"
        serving.rows(sql, listening, share, check)

    yield change
    change()


@pytest.fixture
def arrive(rule, person: Person) -> Callable[..., Person]:  # noqa: F811
    """Come to a playlist of a study with these settings."""

    def come(**settings: object) -> Person:
        rule(**settings)
        person.begin()
        person.get_playlist()
        return person

    return come


def events(who: Person, position: int = 1) -> list[tuple]:
    return who.folder.rows(EVENTS, who.code.replace("-", ""), position)


def heard(who: Person, position: int = 1) -> float:
    """Seconds of the song in the database; the tests play nothing twice."""
    return sum(end - start for kind, start, end in events(who, position) if kind == "heard")


def audio(who: Person, position: int = 1):
    return who.page.locator(f"#track-{position} audio")


def play_to(who: Person, second: float, position: int = 1) -> None:
    who.folder.until(lambda: who.played(position) > second, f"the song is at {second} s")


def pause(who: Person, position: int = 1) -> float:
    """Stop, and give how many seconds came out by the browser's own count."""
    who.page.locator(f"#track-{position}").get_by_role("button", name="Pause").click()
    return audio(who, position).evaluate(PLAYED)


def everything_sent(who: Person) -> bool:
    count = "Object.keys(localStorage).filter((k) => k.includes('/heard/')).length"
    return who.page.evaluate(count) == 0


def test_what_is_heard_is_what_was_played_also_around_a_seek(arrive):
    who = arrive()
    song = who.play(1)
    play_to(who, 1)
    song.get_by_role("slider").fill("20")
    play_to(who, 21)
    seconds = pause(who)
    who.folder.until(lambda: abs(heard(who) - seconds) < 0.2, "what was played is kept")
    (seek,) = [each for each in events(who) if each[0] == "seek"]
    assert seek[2] == 20
    assert 2 < seconds < 15


def test_another_speed_a_loop_and_a_muted_page_add_nothing(arrive):
    who = arrive()
    audio(who).evaluate("(e) => { e.playbackRate = 2; e.loop = true; e.currentTime = 29; }")
    who.play(1)
    who.folder.until(lambda: 1 < who.played(1) < 20, "it goes round")
    audio(who).evaluate("(e) => { e.muted = true; }")
    seconds, at = audio(who).evaluate(PLAYED), who.played(1)
    play_to(who, at + 2)
    pause(who)
    who.folder.until(lambda: everything_sent(who), "everything is sent")
    assert heard(who) <= seconds + 0.5
    assert not [each for each in events(who) if each[0] == "seek" and each[2] < 1]


def test_a_lost_connection_loses_nothing_and_doubles_nothing(arrive, context):  # noqa: F811
    who = arrive()
    # As much as the player loads ahead is played on without a connection.
    who.play(1)
    context.set_offline(True)
    play_to(who, 1)
    seconds = pause(who)
    who.scale(1).locator("label").nth(4).click()
    who.page.locator("#saved-1", has_text="Not saved yet").wait_for()
    assert not everything_sent(who)
    context.set_offline(False)
    who.page.locator("#saved-1", has_text="✓ Saved").wait_for()
    who.folder.until(lambda: everything_sent(who), "everything is sent")
    assert heard(who) == pytest.approx(seconds, abs=0.5)
    assert (who.ratings(), [each[0] for each in events(who)].count("play")) == ([5], 1)


def test_what_a_closed_page_could_not_send_is_sent_by_the_next_one(arrive, context):  # noqa: F811
    who = arrive()
    who.play(1)
    play_to(who, 1)
    context.route("**/heard/", lambda route: route.abort())
    seconds = pause(who)
    who.page.reload()
    context.unroute("**/heard/")
    who.page.reload()
    who.folder.until(lambda: everything_sent(who), "everything is sent")
    assert heard(who) == pytest.approx(seconds, abs=0.5)


def test_a_rating_made_offline_survives_a_reload(arrive, context):  # noqa: F811
    who = arrive()
    context.route("**/listen/1/", lambda route: route.abort())
    who.scale(1).locator("label").nth(1).click()
    who.page.locator("#saved-1", has_text="Not saved yet").wait_for()
    context.unroute("**/listen/1/")
    who.page.reload()
    who.page.locator("#saved-1", has_text="✓ Saved").wait_for()
    assert who.ratings() == [2]


def test_the_questions_open_when_enough_was_heard(arrive):
    who = arrive(listening="share", share=0.05)
    assert who.scale(1).locator("input").first.is_disabled()
    assert "Listen for another 1 s" in who.page.locator("#track-1 .more").inner_text()
    who.play(1)
    play_to(who, 1.3)
    who.folder.until(lambda: who.scale(1).locator("input").first.is_enabled(), "they open")
    who.scale(1).locator("label").nth(3).click()
    who.page.locator("#saved-1", has_text="✓ Saved").wait_for()
    assert who.ratings() == [4]
    assert who.scale(2).locator("input").first.is_disabled()


def test_a_song_that_plays_once_goes_on_after_a_reload_and_no_further_back(arrive):
    who = arrive(listening="once")
    assert who.page.locator("#track-1").get_by_role("slider").count() == 0
    who.play(1)
    play_to(who, 1.5)
    audio(who).evaluate("(e) => { e.currentTime = 12; }")
    who.folder.until(lambda: 1 < who.played(1) < 8, "there is no jumping ahead")
    pause(who)
    who.folder.until(lambda: everything_sent(who), "everything is sent")
    before, already = heard(who), len(events(who))
    who.page.reload()
    who.page.get_by_text("It continues where you stopped.").wait_for()
    who.play(1)
    play_to(who, before + 0.5)
    pause(who)
    who.folder.until(lambda: heard(who) > before + 0.4, "what was heard since has arrived")
    since = [start for kind, start, _end in events(who)[already:] if kind == "heard"]
    assert min(since) > before - 0.6


def test_a_song_that_can_not_be_loaded_can_be_reported(arrive, context):  # noqa: F811
    who = arrive(listening="share")
    context.route("**/audio/**", lambda route: route.abort())
    song = who.page.locator("#track-2")
    assert song.get_by_label("I can't hear this song").is_hidden()
    song.get_by_role("button", name="Play").click()
    song.get_by_label("I can't hear this song").check()
    who.page.locator("#saved-2", has_text="✓ Saved").wait_for()
    assert [kind for kind, *_ in events(who, 2)] == ["play", "unheard"]
    who.errors.clear()


def test_the_player_is_used_with_the_keyboard_alone(arrive):
    who = arrive()
    slider = who.page.locator("#track-1").get_by_role("slider")
    who.page.locator("#track-1").get_by_role("button", name="Play").focus()
    who.page.keyboard.press("Enter")
    play_to(who, 0.2)
    who.page.keyboard.press("Tab")
    for key in ("ArrowRight", "ArrowRight", "Space"):
        who.page.keyboard.press(key)
    who.folder.until(lambda: who.played(1) > 10, "it is ten seconds further")
    assert audio(who).evaluate("(e) => e.paused")
    assert slider.get_attribute("aria-valuetext").startswith("0:1")
    who.page.keyboard.press("Tab")
    assert who.page.evaluate("document.activeElement.type") == "radio"


def test_the_sound_check_leads_on_and_its_volume_is_kept(rule, person):  # noqa: F811
    rule(check="headphones")
    person.begin()
    person.page.get_by_role("button", name="Play: Noise").click()
    noise = person.page.locator("audio").first
    person.folder.until(lambda: noise.evaluate("(e) => e.currentTime") > 0, "the noise plays")
    person.page.get_by_role("slider", name="Volume").fill("0.5")
    person.look()
    for _go in range(2):
        for field in person.page.locator("fieldset").all():
            field.locator("label").first.click()
        person.press("Continue")
    kept = "SELECT c.n_right, c.volume FROM survey_soundcheck c ORDER BY c.id DESC LIMIT 2"
    assert person.folder.rows(kept) == [(2, 0.5), (2, 0.5)]
    person.get_playlist()
    assert audio(person).evaluate("(e) => e.volume") == 0.5
    assert (person.errors, person.overflowing, person.small) == ([], [], [])

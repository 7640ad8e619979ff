"""Slow and lost connections, reloads, second tabs and stalled songs, in a real browser."""

import pytest

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

OFFLINE = "You are offline. Please leave this page open"
COMMENTS = """SELECT a.value FROM survey_answer a JOIN survey_item i ON i.id = a.item_id
  JOIN survey_participant p ON p.id = a.participant_id WHERE p.code = ? AND i.key = 'comment'"""
FIELD = """() => {
  const field = Object.assign(document.createElement("input"), {id: "pasted"});
  document.body.append(field);
  field.focus();
}"""
TYPED = "Warm, and a little long.\nI would hear it again."


@pytest.fixture
def surveyed(listener) -> Person:  # noqa: F811
    """Somebody who has answered the playlist's survey, and not sent it."""
    listener.rate_all()
    listener.press("Continue")
    for fieldset in listener.page.locator("fieldset").all():
        fieldset.locator("label").nth(3).click()
    listener.page.get_by_role("textbox").fill(TYPED)
    return listener


def comments(who: Person) -> list[str]:
    rows = who.folder.rows(COMMENTS, who.code.replace("-", ""))
    return [value.replace("\r\n", "\n") for (value,) in rows]


def go_on(who: Person) -> None:
    who.page.get_by_role("button", name="Continue", exact=True).click()


def test_the_waiting_page_asks_once_for_the_page_that_it_is_led_to(person, context):  # noqa: F811
    person.begin()
    person.press("Rock")
    asked = []
    person.page.on("request", lambda request: asked.append(request.url.rsplit("/", 2)[1]))
    slow = context.new_cdp_session(person.page)
    slow.send("Network.enable")
    line = {"latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1, "offline": False}
    slow.send("Network.emulateNetworkConditions", line)
    person.page.get_by_role("button", name="Choose ").first.click()
    person.page.wait_for_url("**/listen/")
    assert asked.count("listen") == 1


def test_a_link_waits_for_the_connection(person, context):  # noqa: F811
    person.begin()
    person.page.goto(f"{person.folder.address}/s/demo/code/")
    context.set_offline(True)
    person.page.get_by_role("link", name="Continue", exact=True).click()
    person.page.get_by_text(OFFLINE).wait_for()
    person.look()
    assert person.page.url.endswith("/code/")
    context.set_offline(False)
    person.page.wait_for_url("**/genre/")
    assert person.overflowing == []


def test_a_survey_sent_without_a_connection_stays_and_is_sent_once_it_is_back(surveyed, context):  # noqa: F811
    context.set_offline(True)
    go_on(surveyed)
    surveyed.page.get_by_text(OFFLINE).wait_for()
    assert surveyed.page.get_by_role("textbox").input_value() == TYPED
    assert comments(surveyed) == []
    context.set_offline(False)
    surveyed.page.wait_for_url("**/thanks/")
    assert comments(surveyed) == [TYPED]


def test_a_survey_that_meets_a_busy_database_is_sent_again_by_itself(surveyed):
    busy = {"status": 503, "headers": {"Retry-After": "1"}, "body": "Busy"}
    surveyed.page.route("**/survey/", lambda route: route.fulfill(**busy), times=1)
    go_on(surveyed)
    surveyed.page.get_by_text("your answers are sent again automatically").wait_for()
    surveyed.page.wait_for_url("**/thanks/")
    assert comments(surveyed) == [TYPED]


def test_a_survey_that_is_refused_stays_on_the_page_with_the_reason(surveyed):
    refused = {"status": 413, "body": "<p class=lead>Too much.</p>", "content_type": "text/html"}
    surveyed.page.route("**/survey/", lambda route: route.fulfill(**refused), times=1)
    go_on(surveyed)
    surveyed.page.get_by_text("Too much.").wait_for()
    assert surveyed.page.get_by_role("textbox").input_value() == TYPED
    surveyed.press("Continue")
    assert comments(surveyed) == [TYPED]


def test_what_was_typed_is_there_after_a_reload_and_after_a_lost_session(surveyed, context):  # noqa: F811
    for way in ("reload", "signed out"):
        if way == "signed out":
            context.clear_cookies(name="sessionid")
            surveyed.page.reload()
            surveyed.page.get_by_label("Your code").fill(surveyed.code)
            surveyed.press("Continue where I was")
        else:
            surveyed.page.reload()
        assert surveyed.page.get_by_role("textbox").input_value() == TYPED
        chosen = surveyed.page.locator("fieldset input:checked")
        assert chosen.count() == surveyed.page.locator("fieldset").count()
    surveyed.press("Continue")
    assert comments(surveyed) == [TYPED]
    assert surveyed.page.evaluate("Object.keys(localStorage).filter(k => /draft/.test(k))") == []


def test_what_was_sent_after_a_lost_session_is_carried_past_the_code(surveyed, context):  # noqa: F811
    context.clear_cookies(name="sessionid")
    surveyed.press("Continue")
    surveyed.page.get_by_label("Your code").fill(surveyed.code)
    surveyed.press("Continue where I was")
    surveyed.press("Send it again")
    surveyed.page.wait_for_url("**/thanks/")
    assert comments(surveyed) == [TYPED]


def test_an_old_tab_goes_on_without_overwriting_newer_ratings(listener, context):  # noqa: F811
    listener.rate_all()
    old = listener.page
    old.reload()
    listener.page = context.new_page()
    listener.page.goto(old.url)
    listener.scale(1).locator("label").nth(4).click()
    listener.page.locator("#saved-1", has_text="✓ Saved").wait_for()
    with old.expect_navigation():
        old.get_by_role("button", name="Continue", exact=True).click()
    assert sorted(listener.ratings()) == [3] * 29 + [5]


def test_a_song_that_stalls_shows_a_ring_then_words_and_the_way_to_say_so(listener, context):  # noqa: F811
    context.route("**/audio/**", lambda _route: None)
    listener.page.clock.install()
    listener.page.reload()
    song = listener.page.locator("#track-1")
    song.get_by_role("button", name="Play").click()
    song.locator(".buffering").wait_for()
    assert song.get_by_label("I can't hear this song").is_hidden()
    listener.page.clock.fast_forward(8_000)
    song.get_by_text("This song is taking long to load").wait_for()
    song.get_by_label("I can't hear this song").check()
    listener.page.locator("#saved-1", has_text="✓ Saved").wait_for()
    listener.look()
    context.unroute("**/audio/**")
    song.get_by_role("button", name="Pause").click()
    song.get_by_role("button", name="Play").click()
    listener.folder.until(lambda: listener.played(1) > 0, "the song plays after all")
    assert song.locator(".player-error").count() == 0
    assert listener.overflowing == []


def test_the_completion_code_is_copied_by_its_button(surveyed):
    surveyed.press("Continue")
    surveyed.look()
    surveyed.page.get_by_role("button", name="Copy the code").click()
    surveyed.page.get_by_text("✓ Copied").wait_for()
    code = surveyed.page.locator(".done-code .code").inner_text()
    surveyed.page.evaluate(FIELD)
    surveyed.page.keyboard.press("ControlOrMeta+v")
    assert surveyed.page.locator("#pasted").input_value() == code
    assert surveyed.code not in surveyed.page.locator("body").inner_text()
    assert (surveyed.overflowing, surveyed.small) == ([], [])

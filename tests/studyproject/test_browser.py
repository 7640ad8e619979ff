"""The whole way in a real browser, on a phone's width."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import DEMO_STUDY
from tests.sounds import encoded, tune

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found; CHROMIUM may name one"),
]

PHONE = {"width": 360, "height": 740}
SAVED_AGAIN = """(scale) => new Promise((done) => {
  document.addEventListener("htmx:afterSettle", done, {once: true});
  htmx.trigger(scale, "change");
})"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a finger aims at; a radio button's whole label is one target.
TARGETS = "main button, main a.button, main label:has(input), main input:not(label input)"
SMALL = f"""[...document.querySelectorAll("{TARGETS}")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 1)
  .filter((e) => e.getBoundingClientRect().height < 24)
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(30_000)
    yield context
    context.close()


class Person:
    """Somebody at a phone."""

    def __init__(self, page, serving) -> None:
        self.page, self.folder = page, serving
        self.errors: list[str] = []
        self.overflowing: list[str] = []
        self.small: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self.listen)

    def listen(self, message) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.text} at {message.location.get('url')}")

    def look(self) -> None:
        """Notice what does not fit on the page."""
        if self.page.evaluate(OVERFLOW) > 0:
            self.overflowing.append(self.page.url)
        self.small += [f"{self.page.url} {e}" for e in self.page.evaluate(SMALL)]

    def press(self, name: str, role: str = "button") -> None:
        """Press what leads to another page, and wait for that."""
        self.look()
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.press(name, "link")

    def begin(self, title: str = "What makes a good playlist?") -> None:
        """From the first page to the choice of a genre."""
        self.page.goto(f"{self.folder.address}/")
        self.look()
        self.follow(title)
        self.follow("Take part")
        self.page.get_by_role("checkbox").check()
        self.press("Agree and continue")
        self.page.get_by_label("Headphones or earphones").check()
        self.press("Get my code")
        self.code = self.page.locator("main .code").inner_text()
        self.follow("Continue")

    def get_playlist(self) -> None:
        self.press("Rock")
        self.look()
        self.page.get_by_role("button", name="Choose ").first.click()
        self.page.wait_for_url("**/listen/")
        self.page.locator(".player.live").first.wait_for()

    def scale(self, position: int, number: int = 0):
        return self.page.locator(f"#track-{position} fieldset").nth(number)

    def play(self, position: int):
        """Press play, and wait until there is something to hear."""
        song = self.page.locator(f"#track-{position}")
        song.get_by_role("button", name="Play").click()
        self.folder.until(lambda: self.played(position) > 0, "the song plays")
        return song

    def played(self, position: int) -> float:
        return self.page.locator(f"#track-{position} audio").evaluate("(e) => e.currentTime")

    def rate_all(self) -> None:
        for fieldset in self.page.locator("fieldset[data-saves]").all():
            fieldset.locator("label").nth(2).click()
        self.page.get_by_text("10 of 10 songs rated").wait_for()

    def ratings(self) -> list[int]:
        sql = """SELECT r.value FROM survey_trackrating r JOIN survey_trial t ON t.id = r.trial_id
          JOIN survey_participant p ON p.id = t.participant_id WHERE p.code = ? ORDER BY r.id"""
        return [value for (value,) in self.folder.rows(sql, self.code.replace("-", ""))]


@pytest.fixture
def person(context, serving) -> Person:
    return Person(context.new_page(), serving)


@pytest.fixture
def listener(person) -> Person:
    person.begin()
    person.get_playlist()
    return person


@pytest.fixture(scope="module")
def through(browser, serving) -> Person:
    """Somebody who went the whole way."""
    context = browser.new_context(viewport=PHONE)
    person = Person(context.new_page(), serving)
    person.begin()
    person.get_playlist()
    person.rate_all()
    person.press("Continue")
    for fieldset in person.page.locator("fieldset").all():
        fieldset.locator("label").nth(3).click()
    person.page.get_by_role("textbox").fill("Fine.")
    person.press("Continue")
    person.page.locator(".done-code").wait_for()
    person.look()
    yield person
    context.close()


def test_the_whole_way_ends_with_a_completion_code(through):
    shown = through.page.locator(".done-code .code").inner_text()
    sql = "SELECT completion_code FROM survey_participant WHERE code = ?"
    assert through.folder.rows(sql, through.code.replace("-", "")) == [(shown,)]


def test_everything_rated_on_the_way_is_kept(through):
    assert through.ratings() == [3] * 30


def test_the_browser_has_nothing_to_complain_about(through):
    assert through.errors == []


def test_no_page_is_wider_than_a_phone(through):
    assert through.overflowing == []


def test_everything_to_press_is_large_enough_for_a_finger(through):
    assert through.small == []


def test_a_rating_is_saved_at_once(listener):
    listener.scale(1).locator("label").nth(3).click()
    listener.page.locator("#saved-1", has_text="✓ Saved").wait_for()
    assert listener.ratings() == [4]


def test_a_rating_is_made_with_the_keyboard_alone(listener):
    listener.scale(2).locator("input").first.focus()
    listener.page.keyboard.press("Space")
    listener.page.locator("#saved-2", has_text="✓ Saved").wait_for()
    listener.page.keyboard.press("ArrowRight")
    listener.folder.until(lambda: listener.ratings() == [2], "the second point is saved")


def test_a_saved_rating_is_there_after_a_reload(listener):
    listener.scale(1).locator("label").nth(3).click()
    listener.page.locator("#saved-1", has_text="✓ Saved").wait_for()
    listener.page.reload()
    assert listener.scale(1).locator("input").nth(3).is_checked()


def test_a_changed_rating_is_undone_in_one_step_with_the_keyboard(listener):
    for point in (1, 3):
        listener.scale(1).locator("label").nth(point).click()
        listener.folder.until(lambda p=point: listener.ratings() == [p + 1], "it is saved")
    undo = listener.page.locator("#track-1").get_by_role("button", name="Undo")
    undo.focus()
    listener.page.keyboard.press("Enter")
    listener.folder.until(lambda: listener.ratings() == [2], "the first rating is back")
    assert listener.scale(1).locator("input").nth(1).evaluate("e => e === document.activeElement")


def test_who_is_on_the_undo_button_stays_there_while_more_is_saved(listener):
    for point in (1, 3):
        listener.scale(1).locator("label").nth(point).click()
        listener.folder.until(lambda p=point: listener.ratings() == [p + 1], "it is saved")
    listener.page.locator("#track-1").get_by_role("button", name="Undo").focus()
    # A save that comes back late, as one does over a slow connection.
    listener.scale(1).evaluate(SAVED_AGAIN)
    assert listener.page.evaluate("document.activeElement.className") == "undo"


def test_a_rating_made_without_a_connection_is_sent_again_by_itself(listener, context):
    context.set_offline(True)
    listener.scale(1).locator("label").nth(4).click()
    listener.page.locator("#saved-1", has_text="Not saved yet").wait_for()
    assert listener.ratings() == []
    context.set_offline(False)
    listener.page.locator("#saved-1", has_text="✓ Saved").wait_for()
    assert listener.ratings() == [5]


def test_what_is_missing_is_marked_and_in_view(listener):
    listener.press("Continue")
    listener.page.get_by_text("Some ratings are still missing").wait_for()
    assert listener.page.locator(".missing").count() == 10
    assert listener.ratings() == []


def test_a_song_rated_after_all_is_marked_no_more(listener):
    listener.press("Continue")
    listener.page.get_by_text("Some ratings are still missing").wait_for()
    for field in listener.page.locator("#track-1 fieldset").all():
        field.locator("label").first.click()
    listener.page.locator("#track-1:not(.missing)").wait_for()
    assert listener.page.locator("#track-1 .error").count() == 0
    assert listener.page.locator(".missing").count() == 9


def test_a_song_plays_and_what_was_heard_is_reported(listener):
    song = listener.play(1)
    listener.folder.until(lambda: listener.played(1) > 0.6, "half a second is heard")
    song.get_by_role("button", name="Pause").click()
    sql = "SELECT end_s FROM survey_listeningevent ORDER BY id DESC LIMIT 1"
    ((end,),) = listener.folder.until(lambda: listener.folder.rows(sql), "the report arrives")
    assert end > 0.2


def test_a_song_can_be_heard_from_the_middle(listener):
    listener.play(2).get_by_role("slider").fill("20")
    listener.folder.until(lambda: listener.played(2) > 20, "the song goes on from there")


def test_one_song_plays_at_a_time(listener):
    for number in (1, 2):
        listener.play(number)
    playing = "[...document.querySelectorAll('audio')].filter((a) => !a.paused).length"
    assert listener.page.evaluate(playing) == 1


def test_typing_searches_songs_without_a_button(person):
    person.begin()
    person.press("Rock")
    person.page.get_by_role("searchbox").press_sequentially("zzz")
    person.page.get_by_text("No song of this genre has “zzz”").wait_for()


def test_the_whole_way_works_without_javascript(browser, serving):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    person = Person(context.new_page(), serving)
    person.look = lambda: None
    person.begin()
    person.press("Rock")
    person.page.get_by_role("button", name="Choose ").first.click()
    person.page.wait_for_url("**/listen/")
    for fieldset in person.page.locator("fieldset").all():
        fieldset.locator("label").nth(1).click()
    person.press("Continue")
    person.page.get_by_role("heading", name="The playlist as a whole").wait_for()
    assert person.ratings() == [2] * 30
    context.close()


def test_the_code_leads_back_on_another_device(listener, browser):
    elsewhere = browser.new_context(viewport=PHONE)
    page = elsewhere.new_page()
    page.goto(f"{listener.folder.address}/s/demo/resume/")
    page.get_by_label("Your code").fill(listener.code.lower())
    page.get_by_role("button", name="Continue where I was").click()
    page.wait_for_url(listener.page.url)
    elsewhere.close()


# A song of one's own


@pytest.fixture(scope="module")
def own_songs(serving, tmp_path_factory) -> str:
    """The title of a study that takes them."""
    text = DEMO_STUDY.read_text("utf-8").replace("slug: demo", "slug: own\nown_songs: true")
    file = tmp_path_factory.mktemp("study") / "own.yaml"
    file.write_text(re.sub("title: .*", "title: Bring a song", text, count=1), "utf-8")
    done = serving.manage("load_study", file, "--open", "--uneven")
    assert done.returncode == 0, done.stderr
    return "Bring a song"


@pytest.fixture
def bringer(person, own_songs) -> Person:
    """Somebody who may choose a song, or bring one."""
    person.begin(own_songs)
    person.press("Rock")
    return person


def bring(person: Person, content: bytes | Path, name: str = "song.wav") -> None:
    named = {"name": name, "mimeType": "audio/wav", "buffer": content}
    file = content if isinstance(content, Path) else named
    person.page.get_by_label("Audio file").set_input_files(file)
    person.look()
    person.page.get_by_role("button", name="Upload and use this song").click()


def test_an_own_song_leads_to_a_playlist_that_can_be_rated(bringer):
    bring(bringer, encoded())
    bringer.page.wait_for_url("**/listen/")
    bringer.page.get_by_text("Its file has been deleted").wait_for()
    bringer.rate_all()
    bringer.press("Continue")
    assert bringer.ratings() == [3] * 30
    assert (bringer.errors, bringer.overflowing, bringer.small) == ([], [], [])


def test_a_song_of_silence_leads_back_with_the_reason(bringer):
    bring(bringer, encoded(0 * tune()))
    bringer.page.get_by_text("which the network hears, are silent").wait_for()
    assert bringer.page.url.endswith("/song/")
    bringer.page.get_by_role("button", name="Choose ").first.click()
    bringer.page.wait_for_url("**/listen/")


def test_what_is_no_song_is_said_to_be_none_without_leaving_the_page(bringer):
    bring(bringer, b"These are words. " * 99, "words.mp3")
    bringer.page.get_by_text("it looks like text").wait_for()
    assert bringer.page.url.endswith("/song/")


def test_what_is_too_large_is_not_even_sent(bringer, tmp_path):
    large = tmp_path / "large.wav"
    with large.open("wb") as file:
        file.truncate(2 * 1024**3)
    sent = []
    bringer.page.on("request", lambda request: sent.append(request.method))
    bring(bringer, large)
    bringer.page.get_by_text("This file is too large: the limit is 30 MB").wait_for()
    assert "POST" not in sent


def test_a_song_is_brought_without_javascript(browser, serving, own_songs):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    person = Person(context.new_page(), serving)
    person.look = lambda: None
    person.begin(own_songs)
    person.press("Rock")
    bring(person, encoded())
    person.page.wait_for_url("**/listen/")
    context.close()


def test_without_javascript_a_refusal_is_a_page_with_the_reason(browser, serving, own_songs):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    person = Person(context.new_page(), serving)
    person.look = lambda: None
    person.begin(own_songs)
    person.press("Rock")
    bring(person, b"These are words. " * 99, "words.mp3")
    person.page.get_by_text("it looks like text").wait_for()
    person.page.get_by_role("button", name="Choose ").first.wait_for()
    context.close()

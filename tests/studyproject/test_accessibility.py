"""Everybody can take part: each participant's page is held to WCAG 2.2 AA by axe-core, in light on
a phone and in dark on a desk, nothing moves for those who asked for that, and all works without
JavaScript. The keyboard has its own module."""

from pathlib import Path

import pytest

from tests.conftest import DataFolder
from tests.studyproject.test_browser import CHROMIUM, OVERFLOW, PHONE, browser  # noqa: F401  a fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found; CHROMIUM may name one"),
]

EVERYTHING = Path(__file__).with_name("everything.yaml")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RULES = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
LOOKS = (("light", 360), ("dark", 1280))


@pytest.fixture(scope="module")
def everything(new_folder) -> DataFolder:
    """Serves a study with all kinds of questions, rules and pages, to each module its own."""
    folder = new_folder()
    done = folder.manage("load_study", EVERYTHING, "--open", "--uneven")
    assert done.returncode == 0, done.stderr
    return folder.serve()


class Walk:
    """Somebody who takes part, and looks closely at every page on the way."""

    def __init__(self, page, folder: DataFolder) -> None:
        self.page, self.folder = page, folder
        self.study = f"{folder.address}/s/everything/"
        self.broken: list[str] = []
        self.moving: list[str] = []
        self.wide: list[str] = []
        self.titles: dict[str, str] = {}

    def look(self, name: str) -> None:
        from axe_playwright_python.sync_playwright import Axe

        self.titles[name] = self.page.title()
        self.page.evaluate(Axe().axe_script)
        for scheme, width in LOOKS:
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.set_viewport_size({"width": width, "height": 800})
            found = self.page.evaluate("(rules) => axe.run(rules)", RULES)["violations"]
            where = f"{name}, {scheme}, {width}"
            self.broken += [f"{where}: {rule['id']}: {html_of(rule)}" for rule in found]
            if self.page.evaluate("document.getAnimations().length"):
                self.moving.append(where)
            if self.page.evaluate(OVERFLOW) > 0:
                self.wide.append(where)

    def visit(self, address: str, name: str = "") -> None:
        self.page.goto(self.study + address)
        if name:
            self.look(name)

    def press(self, button: str, name: str = "", role: str = "button") -> None:
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=button, exact=True).first.click()
        if name:
            self.look(name)

    def set(self, **columns: object) -> None:
        for column, value in columns.items():
            sql = f"UPDATE survey_study SET {column} = ? WHERE slug = 'everything'"
            self.folder.rows(sql, value)

    def enrol(self) -> None:
        self.visit("consent/")
        self.page.get_by_role("checkbox").check()
        self.press("Agree and continue")
        answer(self.page)
        self.press("Get my code")

    def rated(self) -> bool:
        return self.page.locator("#rated progress").evaluate("(e) => e.value === e.max")


def html_of(rule: dict) -> str:
    """Which elements break the rule, and why."""
    first = rule["nodes"][:4]
    return " | ".join(f"{node['html'][:160]} {node['failureSummary']}" for node in first)


def answer(page) -> None:
    """Something for every question that is shown, with JavaScript or without."""
    for group in page.locator("fieldset:has(> .points)").all():
        if group.is_visible():
            group.locator("label").nth(1).click()
    written = ".question > input, .question > textarea, .sliding input:not([type=checkbox])"
    for field in page.locator(written).all():
        if field.is_visible():
            field.fill("60")
    for button in page.get_by_role("button", name="This order is right").all():
        button.click()
    for place, select in enumerate(page.locator(".ranks select").all(), start=1):
        if select.is_visible():
            select.select_option(str(place))


# The walk, in parts


def come(walk: Walk) -> None:
    walk.page.goto(f"{walk.folder.address}/")
    walk.look("home")
    walk.visit("", "study")
    walk.visit("nowhere/", "404")
    walk.visit("resume/?next=my-data", "resume")
    walk.page.get_by_label("Your code").fill("XXXX")
    walk.press("Continue", "unknown code")
    walk.visit("consent/", "consent")
    walk.press("Agree and continue", "consent missing")
    walk.page.context.clear_cookies(name="csrftoken")
    walk.press("Agree and continue", "expired")
    walk.visit("consent/")
    walk.page.get_by_role("checkbox").check()
    walk.press("Agree and continue", "register")
    walk.press("Get my code", "register missing")
    answer(walk.page)
    walk.press("Get my code", "code")


def hear(walk: Walk) -> None:
    walk.press("Continue", "sound check", role="link")
    walk.press("Continue", "sound check missing")
    for name in ("", "genre"):
        answer(walk.page)
        walk.press("Continue", name)


def choose(walk: Walk) -> None:
    page = walk.page
    walk.press("Rock", "song")
    page.get_by_role("searchbox").fill("zzz")
    page.get_by_text("No song of this genre").wait_for()
    words = {"name": "words.mp3", "mimeType": "audio/mpeg", "buffer": b"These are words. " * 99}
    page.get_by_label("Audio file").set_input_files(words)
    page.get_by_role("button", name="Upload and use this song").click()
    page.get_by_text("it looks like text").wait_for()
    walk.look("nothing found, upload refused")
    walk.visit("playlist/1/song/")
    wait(walk)


def wait(walk: Walk) -> None:
    """Stop the page from asking for news, to look at it in peace."""

    def hold(route) -> None:
        route.abort() if "hx-request" in route.request.headers else route.continue_()

    walk.page.route("**/wait/*", hold)
    walk.page.get_by_role("button", name="Choose ").first.click()
    ready = "SELECT 1 FROM recommender_playlist WHERE status <> 'ready'"
    walk.folder.until(lambda: not walk.folder.rows(ready), "playlists are made")
    for status in ("queued", "failed", "ready"):
        sql = "UPDATE recommender_playlist SET status = ?, enqueued_at = NULL"
        walk.folder.rows(sql, status)
        walk.visit("playlist/1/wait/", "" if status == "ready" else status)
    walk.page.unroute("**/wait/*")


def rate(walk: Walk) -> None:
    walk.look("listen")
    song = walk.page.locator("#track-1")
    song.get_by_role("button", name="Play").click()
    song.locator(".scales:not(.closed)").wait_for()
    song.get_by_role("button", name="Pause").click()
    walk.press("Continue", "ratings missing")
    walk.set(listening="free")
    for name in ("survey", ""):
        walk.visit("continue/")
        if not name:
            walk.press("Rock")
            walk.page.get_by_role("button", name="Choose ").first.click()
            walk.page.wait_for_url("**/listen/")
        answer(walk.page)
        walk.folder.until(walk.rated, "all is rated")
        walk.press("Continue", name)
        if name:
            walk.press("Continue", "survey missing")
        answer(walk.page)
        walk.press("Continue")
    walk.set(listening="share")


def finish(walk: Walk) -> None:
    walk.look("end")
    walk.press("Continue", "end missing")
    answer(walk.page)
    walk.press("Continue", "thanks")
    walk.visit("my-data/", "my data")
    walk.visit("leave/?how=erase", "erase?")
    walk.press("Yes, erase everything", "erased")


def leave(walk: Walk) -> None:
    walk.enrol()
    walk.visit("leave/", "leave?")
    walk.visit("leave/?how=stop", "stop?")
    walk.press("Yes, stop", "left")
    walk.set(state="archived")
    walk.visit("continue/", "stopped")
    walk.set(state="open")
    walk.visit("leave/?how=erase")
    walk.press("Yes, erase everything")


def come_late(walk: Walk) -> None:
    walk.visit("consent/")
    walk.page.get_by_role("checkbox").check()
    walk.press("Agree and continue")
    answer(walk.page)
    walk.set(state="paused")
    walk.press("Get my code", "late with a form")
    for state in ("paused", "closed", "archived"):
        walk.set(state=state)
        walk.visit("", state)
    walk.set(state="open", opens_at="2100-01-01 00:00:00")
    walk.visit("", "not yet")
    walk.set(opens_at=None, max_participants=0)
    walk.visit("", "full")
    walk.set(max_participants=None, open_link=0)
    walk.visit("", "link needed")
    walk.set(open_link=1)
    walk.visit("join/USEDUP/", "link used up")
    for _try in range(10):
        walk.page.request.get(f"{walk.study}join/USEDUP/")
    walk.visit("join/USEDUP/", "too many")


@pytest.fixture(scope="module")
def walk(browser, everything) -> Walk:  # noqa: F811
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 360, "height": 800})
    context.set_default_timeout(30_000)
    walk = Walk(context.new_page(), everything)
    for part in (come, hear, choose, rate, finish, leave, come_late):
        part(walk)
    yield walk
    context.close()


def test_no_page_breaks_a_rule_of_wcag_or_good_practice(walk):
    assert walk.broken == []


def test_no_page_is_wider_than_its_window(walk):
    assert walk.wide == []


def test_nothing_moves_for_those_who_asked_for_reduced_motion(walk):
    assert walk.moving == []


def test_every_page_has_a_title_of_its_own(walk):
    on_the_way = ("consent", "register", "code", "sound check", "genre", "song", "queued")
    later = ("listen", "survey", "end", "thanks", "my data", "leave?", "left", "erased", "404")
    titles = [walk.titles[name] for name in (*on_the_way, *later)]
    assert len(set(titles)) == len(titles)


def test_everything_works_to_the_end_without_javascript(browser, everything):  # noqa: F811
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    walk = Walk(context.new_page(), everything)
    walk.enrol()
    walk.press("Continue", role="link")
    walk.press("Skip the sound check")
    for _playlist in range(2):
        walk.press("Rock")
        walk.page.get_by_role("button", name="Choose ").first.click()
        walk.page.wait_for_url("**/listen/")
        for _page in ("ratings", "questions"):
            answer(walk.page)
            walk.press("Continue")
    answer(walk.page)
    walk.press("Continue")
    assert walk.page.locator(".done-code .code").inner_text()
    context.close()

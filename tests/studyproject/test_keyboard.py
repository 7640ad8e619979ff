"""From the study's page to the completion code with the keyboard alone; the focus is always there,
can be seen, and nothing covers it."""

import pytest
from playwright.sync_api import TimeoutError as NeverSettled

from tests.studyproject.test_accessibility import Walk, everything  # noqa: F401  a fixture
from tests.studyproject.test_browser import CHROMIUM, PHONE, browser  # noqa: F401  a fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found; CHROMIUM may name one"),
]

MOST_STOPS = 300
# Scrolling and a part of the page that is filled in take a few frames to be where they belong.
# Limited by the clock: a browser that draws nothing makes no frames.
SETTLES_IN_MS = 10_000
# What is wrong with the focus, in words, and what kind of thing has it.
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return ["it is lost", "other"];
  const label = e.closest("label"), box = (label ?? e).getBoundingClientRect();
  const bar = document.querySelector(".finish");
  const ring = (x) => x && getComputedStyle(x).outlineStyle !== "none"
    && parseFloat(getComputedStyle(x).outlineWidth) >= 2;
  const covered = bar && !bar.contains(e) && box.bottom > bar.getBoundingClientRect().top;
  const wrong = !ring(e) && !ring(label) ? "no ring" : covered ? "covered"
    : box.bottom < 0 || box.top > innerHeight ? "out of sight" : "";
  const kinds = {
    "link": ".skip, header a, footer a",
    "closed": ".track:has(.closed) .player button",
    "move": ".untouched .move:not([aria-disabled=true])",
    "go on": ".actions .button, .finish .button",
    "radio": "fieldset:not(:has(> .points :checked)) [type=radio]",
    "box": ".options [type=checkbox]:not(:checked), .consent [type=checkbox]",
    "slider": ".sliding [type=range]",
    "number": "[type=number]",
    "text": "[type=text], textarea",
  };
  const kind = Object.keys(kinds).find((each) => e.matches(kinds[each])) ?? "other";
  return [wrong && `${wrong}: ${e.outerHTML.slice(0, 120)}`, kind];
}"""
SETTLED = f"() => !({FOCUS})()[0]"
KEYS = {
    "radio": ("ArrowRight", "ArrowLeft", "Space"),
    "box": ("Space",),
    "slider": ("ArrowRight", "ArrowRight"),
    "number": ("3", "0"),
    "text": ("O", "k"),
    "move": ("Enter",),
}


class Typist(Walk):
    """Takes part without a mouse."""

    def __init__(self, page, folder) -> None:
        super().__init__(page, folder)
        self.trouble: list[str] = []

    def type(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def stop(self, key: str = "Tab") -> str:
        """On to the next thing that can be used; what kind of thing that is."""
        self.type(key)
        try:
            self.page.wait_for_function(SETTLED, polling="raf", timeout=SETTLES_IN_MS)
        except NeverSettled:
            self.trouble.append(f"{self.page.url}: {self.page.evaluate(FOCUS)[0]}")
        return self.page.evaluate(FOCUS)[1]

    def tab_to(self, selector: str, key: str = "Tab") -> None:
        for _stop in range(MOST_STOPS):
            self.stop(key)
            if self.page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
        pytest.fail(f"{selector} is not reached from {self.page.url}")

    def enter(self, selector: str) -> None:
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.type("Enter")

    def fill_in(self) -> None:
        """Answer everything on the page in its order, and go on to the next one."""
        for _stop in range(MOST_STOPS):
            kind = self.stop()
            if kind == "go on":
                break
            if kind == "closed":
                self.hear()
            self.type(*KEYS.get(kind, ()))
        with self.page.expect_navigation():
            self.type("Enter")

    def hear(self) -> None:
        """Play the song until its questions open, stop it, and go on in it and back."""
        track = self.page.locator(".track:has(:focus)")
        self.type("Enter")
        track.locator(".scales:not(.closed)").wait_for()
        self.type("Enter")
        assert track.locator("audio").evaluate("(e) => e.paused")
        self.stop()
        self.type("ArrowRight", "ArrowRight", "ArrowLeft")
        assert track.locator("audio").evaluate("(e) => e.currentTime") > 5

    def get_playlist(self) -> None:
        self.enter(".genre.g3")
        self.tab_to("[type=search]")
        self.type("z", "z", "z")
        self.page.get_by_text("No song of this genre has “zzz” in").wait_for()
        self.type("Backspace", "Backspace", "Backspace")
        self.page.locator(".song").first.wait_for()
        self.tab_to(".song .player button")
        self.tab_to("[type=search]", "Shift+Tab")
        self.tab_to(".song form button")
        self.type("Enter")
        self.page.wait_for_url("**/listen/")
        self.page.locator(".track .player.live").first.wait_for()


@pytest.fixture(scope="module")
def typist(browser, everything) -> Typist:  # noqa: F811
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(30_000)
    typist = Typist(context.new_page(), everything)
    typist.visit("")
    typist.enter("main .button")
    for _page in ("consent", "registration", "code", "sound check", "sound check again"):
        typist.fill_in()
    for _playlist in range(2):
        typist.get_playlist()
        typist.fill_in()
        typist.fill_in()
        typist.set(listening="free")
    typist.fill_in()
    typist.set(listening="share")
    yield typist
    context.close()


def test_the_keyboard_alone_leads_to_the_completion_code(typist):
    assert len(typist.page.locator(".done-code .code").inner_text()) > 6


def test_the_focus_is_never_lost_hidden_or_covered(typist):
    assert not typist.trouble, "\n".join(typist.trouble)


def test_the_first_stop_of_a_page_leads_past_its_head(typist):
    typist.page.reload()
    typist.stop()
    typist.type("Enter")
    assert typist.page.evaluate("document.activeElement.id") == "main"

"""The whole way through the demo study in each language, on a telephone and on a desk."""

import pytest

from tests.conftest import DataFolder
from tests.studyproject.test_accessibility import answer
from tests.studyproject.test_browser import CHROMIUM, OVERFLOW, browser  # noqa: F401  a fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found; CHROMIUM may name one"),
]
MOST_PAGES = 20


class Reader:
    """Somebody who takes part in whatever language the browser asks for."""

    def __init__(self, page, folder: DataFolder) -> None:
        self.page, self.folder = page, folder
        self.languages: set[str] = set()
        self.headings: list[str] = []
        self.wide: list[str] = []

    def go_through(self) -> None:
        self.page.goto(f"{self.folder.address}/s/demo/")
        for _ in range(MOST_PAGES):
            self.page.wait_for_url(lambda url: not url.endswith("/wait/"))
            self.note()
            if self.page.locator(".done-code").count():
                return
            self.go_on()
        pytest.fail(f"no end after {MOST_PAGES} pages, at {self.page.url}")

    def note(self) -> None:
        self.languages.add(self.page.locator("html").get_attribute("lang"))
        self.headings.append(self.page.locator("h1").first.inner_text())
        if self.page.evaluate(OVERFLOW) > 0:
            self.wide.append(self.page.url)

    def go_on(self) -> None:
        """Do what the page asks for, and press what leads on."""
        onward = self.page.locator("main .button").first
        if self.page.locator(".songs").count():
            onward = self.page.locator(".song button.button").first
        elif self.page.locator("form.genres").count():
            onward = self.page.locator("button.genre").last
        elif self.page.locator("[data-heard]").count():
            self.rate_all()
            onward = self.page.locator(".finish .button")
        else:
            self.fill_in()
        with self.page.expect_navigation():
            onward.click()

    def fill_in(self) -> None:
        for box in self.page.locator("main input[name=agree]").all():
            box.check()
        answer(self.page)

    def rate_all(self) -> None:
        for question in self.page.locator("fieldset[data-saves]").all():
            question.locator("label").nth(1).click()
        rated = "document.querySelector('#rated progress').value"
        self.folder.until(lambda: self.page.evaluate(rated) == 10, "all songs are rated")


@pytest.mark.parametrize(
    ("language", "width", "thanks"),
    [("en", 1280, "Thank you!"), ("de", 360, "Vielen Dank!"), ("es", 360, "¡Gracias!"),
     ("de", 1280, "Vielen Dank!")],
)  # fmt: skip
def test_the_whole_way_is_in_ones_own_language(browser, serving, language, width, thanks):  # noqa: F811
    context = browser.new_context(locale=language, viewport={"width": width, "height": 800})
    reader = Reader(context.new_page(), serving)
    reader.go_through()
    assert reader.languages == {language}
    assert reader.headings[-1] == thanks
    assert reader.wide == []
    context.close()

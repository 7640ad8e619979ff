"""A browser as bots use it: pages are opened, and forms sent, as a person's would be."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import mechanicalsoup
import requests
from bs4 import BeautifulSoup

from .diary import Fields, page_of

PATIENCE_S = 60.0
TRY_AGAIN_S = 0.5

# What a page asks for; which language it is read in is not asked.
FORM = "form[method=post]:not(.languages)"


class Stuck(Exception):
    """A page on which a participant could not go on; the message says which and why."""


class Browsing:
    """Somebody with a browser, which can be changed for another one."""

    def __init__(self, user_agent: str, patience_s: float = 0.0) -> None:
        self.user_agent = user_agent
        self.patience_s = patience_s
        self.browser = self.new_browser()

    def new_browser(self) -> mechanicalsoup.StatefulBrowser:
        return mechanicalsoup.StatefulBrowser(user_agent=self.user_agent, raise_on_404=True)

    @property
    def page(self) -> Any:
        return self.browser.page.select_one("main")

    @property
    def url(self) -> str:
        return str(self.browser.url)

    @property
    def place(self) -> tuple[int, str]:
        """The number of the playlist (0: none) and the page's name."""
        return page_of(self.url)

    def open(self, address: str) -> None:
        to = urljoin(self.url, address)
        self.opened(self.persistently(lambda: self.browser.open(to, timeout=PATIENCE_S)))

    def form(self, selector: str = FORM) -> mechanicalsoup.Form:
        return mechanicalsoup.Form(self.page.select_one(selector))

    def fields(self, form: mechanicalsoup.Form) -> Fields:
        """What a browser sends of a form."""
        sent = self.browser.get_request_kwargs(form.form, self.url)["data"]
        return [(name, value) for name, value in sent if name != "song"]

    def post(self, address: str, data: Fields) -> requests.Response:
        """Send something beside the page that is open."""
        headers, session = {"Referer": self.url}, self.browser.session
        return self.persistently(
            lambda: session.post(address, data=data, headers=headers, timeout=PATIENCE_S)
        )

    def persistently(self, once: Callable[[], requests.Response]) -> requests.Response:
        """Again and again where pages are away, as people do: for as long as their patience."""
        until = time.monotonic() + self.patience_s
        while time.monotonic() < until:
            try:
                answer = once()
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code < 500:
                return answer
            self.tried_again()
            time.sleep(TRY_AGAIN_S)
        return once()

    def tried_again(self) -> None:
        """Something could not be had at the first try."""

    def opened(self, answer: requests.Response) -> None:
        """Raise Stuck where a page refuses."""
        if not answer.ok:
            page = BeautifulSoup(answer.text, "html.parser")
            said = (page.select_one("main") or page).get_text(" ", strip=True)[:300]
            raise Stuck(f"{answer.url} answered {answer.status_code}: “{said}”")

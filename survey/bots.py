"""Simulated participants, who know the study only from its pages, as people do.

They read each page, fill in whatever form it has, and go on: the same code serves
tests, load and planning. They run over HTTP and never touch the database.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import mechanicalsoup
import requests
from bs4 import BeautifulSoup

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.05
MOST_PAGES = 500


class Stuck(Exception):
    """A page on which a participant could not go on; the message says which and why."""


@dataclass(slots=True)
class Diary:
    """What one bot did, to be compared with what the database holds."""

    completion_code: str = ""
    tracks: int = 0
    ratings: int = 0
    answers: int = 0
    playlists: int = 0
    waits_s: list[float] = field(default_factory=list)


class Bot:
    """One simulated participant with a taste of their own."""

    def __init__(self, address: str, slug: str, user_agent: str, seed: int) -> None:
        self.chance = random.Random(seed)
        self.mood = self.chance.gauss(0, 0.7)
        self.start = f"{address.rstrip('/')}/s/{slug}/"
        self.browser = mechanicalsoup.StatefulBrowser(user_agent=user_agent, raise_on_404=True)
        self.diary = Diary()

    def take_part(self) -> Diary:
        """Go from the study's first page to the completion code.

        Raises Stuck where a page refuses or does not lead on.
        """
        self._opened(self.browser.open(self.start, timeout=PATIENCE_S))
        for _ in range(MOST_PAGES):
            code = self.page.select_one(".done-code .code")
            if code is not None:
                self.diary.completion_code = code.get_text(strip=True)
            if code is not None or self.page.select_one("[data-left]"):
                return self.diary
            self._go_on()
        raise Stuck(f"No end after {MOST_PAGES} pages, at {self.browser.url}")

    @property
    def page(self) -> Any:
        return self.browser.page.select_one("main")

    def _go_on(self) -> None:
        if self.page.select_one("#progress"):
            self._wait()
        elif self.page.select_one(".songs"):
            self._choose_song()
        elif self.page.select_one("form.genres"):
            self._press(self.chance.choice(self.page.select("button.genre")))
        elif self.page.select_one("[data-heard]"):
            self._listen_and_rate()
        elif self.page.select_one("form[method=post]"):
            self.diary.answers += self._fill_in(self._form())
            self._submit()
        else:
            self._follow()

    def _follow(self) -> None:
        onward = self.page.select_one("a.button")
        if onward is None:
            raise Stuck(
                f"{self.browser.url} leads nowhere: “{self.page.get_text(' ', strip=True)[:200]}”"
            )
        self._opened(
            self.browser.open(urljoin(self.browser.url, onward["href"]), timeout=PATIENCE_S)
        )

    def _choose_song(self) -> None:
        began = time.perf_counter()
        self._press(self.chance.choice(self.page.select(".song button.button")))
        self._wait(began)
        self.diary.playlists += 1

    def _wait(self, began: float | None = None) -> None:
        """Look again until the playlist is there."""
        began = began or time.perf_counter()
        while self.page.select_one("#progress"):
            if time.perf_counter() - began > PATIENCE_S:
                said = self.page.get_text(" ", strip=True)
                raise Stuck(f"The playlist was not ready after {PATIENCE_S:.0f} s: {said}")
            time.sleep(LOOK_EVERY_S)
            self._opened(self.browser.open(self.browser.url, timeout=PATIENCE_S))
        self.diary.waits_s.append(time.perf_counter() - began)

    def _listen_and_rate(self) -> None:
        form = self._form("form[data-heard]")
        self._report_listening(form.form["data-heard"])
        self.diary.tracks += len(self.page.select(".track"))
        self.diary.ratings += self._fill_in(form)
        self._submit()

    def _report_listening(self, path: str) -> None:
        """What a browser's player would report: some seconds of every track."""
        players = self.page.select("[data-position]")
        reports = [
            {
                "key": str(uuid.UUID(int=self.chance.getrandbits(128), version=4)),
                "position": int(player["data-position"]),
                "start_s": 0.0,
                "end_s": round(self.chance.uniform(5, 30), 2),
            }
            for player in players
        ]
        token = self.page.select_one("[name=csrfmiddlewaretoken]")["value"]
        answer = self.browser.session.post(
            urljoin(self.browser.url, path),
            json=reports,
            headers={"X-CSRFToken": token, "Referer": self.browser.url},
            timeout=PATIENCE_S,
        )
        answer.raise_for_status()

    def _form(self, selector: str = "form[method=post]") -> mechanicalsoup.Form:
        return self.browser.select_form(f"main {selector}")

    def _fill_in(self, form: mechanicalsoup.Form) -> int:
        """Answer every question of a form; returns how many."""
        element = form.form
        scales: dict[str, list[str]] = {}
        for radio in element.select("input[type=radio]"):
            scales.setdefault(radio["name"], []).append(radio["value"])
        for name, values in scales.items():
            form.set_radio({name: self._point(values)})
        for box in element.select("input[type=checkbox]"):
            form.check({box["name"]: True})
        numbers = element.select("input[type=number]")
        for number in numbers:
            low, high = int(number.get("min", 0)), int(number.get("max", 100))
            form[number["name"]] = str(self.chance.randint(low, min(high, low + 50)))
        texts = element.select("textarea, input[type=text]")
        for text in texts:
            form[text["name"]] = self.chance.choice(["", "Fine.", '=1+1 "quoted", ünïcödé'])
        return len(scales) + len(numbers)

    def _point(self, values: list[str]) -> str:
        """A point of a scale by taste and chance; anything for unordered answers."""
        if not all(value.isdecimal() for value in values):
            return self.chance.choice(values)
        middle = (len(values) - 1) / 2
        point = round(middle + self.mood + self.chance.gauss(0, len(values) / 5))
        return values[min(max(point, 0), len(values) - 1)]

    def _press(self, button: Any) -> None:
        form = mechanicalsoup.Form(button.find_parent("form"))
        if button.get("name"):
            form.choose_submit(button)
        self._submit(form)

    def _submit(self, form: mechanicalsoup.Form | None = None) -> None:
        # Like a browser, say where the form stood: over HTTPS it is not taken otherwise.
        here = {"timeout": PATIENCE_S, "headers": {"Referer": self.browser.url}}
        answer = (
            self.browser.submit_selected(**here)
            if form is None
            else self.browser.submit(form, self.browser.url, **here)
        )
        if form is not None:
            self.browser.open_fake_page(answer.text, url=answer.url, soup_config=None)
        self._opened(answer)

    def _opened(self, answer: requests.Response) -> None:
        if not answer.ok:
            page = BeautifulSoup(answer.text, "html.parser")
            said = (page.select_one("main") or page).get_text(" ", strip=True)[:300]
            raise Stuck(f"{answer.url} answered {answer.status_code}: “{said}”")


def send(
    participants: int, make: Callable[[int], Bot], parallel: int
) -> Iterator[tuple[int, Diary | Stuck]]:
    """Let bots take part, several at a time; yields each one's diary, or where it got stuck."""
    from concurrent.futures import ThreadPoolExecutor, as_completed

    with ThreadPoolExecutor(parallel) as pool:
        running = {pool.submit(make(number).take_part): number for number in range(participants)}
        for done in as_completed(running):
            try:
                yield running[done], done.result()
            except (Stuck, requests.RequestException) as error:
                yield running[done], Stuck(str(error))

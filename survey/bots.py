"""Simulated participants, who know the study only from its pages, as people do.

They read each page, fill in whatever form it has, and go on: the same code serves
tests, load and planning. They run over HTTP and never touch the database.
"""

import io
import json
import math
import random
import sys
import time
import uuid
import wave
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import mechanicalsoup
import requests
from bs4 import BeautifulSoup

from .rules import DONT_KNOW, holds

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.05
MOST_PAGES = 500
# How many of those who may bring a song of their own.
OWN_SONGS = 0.3
RATE = 22_050
WORDS = ["Fine.", '=1+1 "quoted", ünïcödé']


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
        # Chance is asked only where there is a choice: other studies' bots stay as they were.
        if self.page.select_one("form[data-upload]") and self.chance.random() < OWN_SONGS:
            self._upload_song()
        else:
            self._press(self.chance.choice(self.page.select(".song button.button")))
        self._wait(began)
        if not self.page.select_one(".songs"):  # or the song was refused
            self.diary.playlists += 1

    def _upload_song(self) -> None:
        """Bring a song of one's own: some notes over a beat, never the same twice."""
        form = self.page.select_one("form[data-upload]")
        answer = self.browser.session.post(
            urljoin(self.browser.url, form["action"]),
            data={"csrfmiddlewaretoken": form.select_one("[name=csrfmiddlewaretoken]")["value"]},
            files={"song": ("song.wav", some_song(self.chance), "audio/wav")},
            headers={"Referer": self.browser.url},
            timeout=PATIENCE_S,
        )
        self.browser.open_fake_page(answer.text, url=answer.url)
        self._opened(answer)

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
        self._report_listening(form.form["data-heard"], json.loads(form.form["data-hearing"]))
        self.diary.tracks += len(self.page.select(".track"))
        self.diary.ratings += self._fill_in(form)
        self._submit()

    def _report_listening(self, path: str, hearing: dict[str, dict[str, float]]) -> None:
        """What a browser's player would report: that every track was played, and how far."""
        reports = []
        for position, track in hearing.items():
            end_s = self.chance.uniform(
                max(track["needed"], 0.2 * track["length"]), track["length"]
            )
            reports.append(self._report("play", position, start_s=0.0))
            reports.append(self._report("heard", position, start_s=0.0, end_s=end_s))
        token = self.page.select_one("[name=csrfmiddlewaretoken]")["value"]
        answer = self.browser.session.post(
            urljoin(self.browser.url, path),
            json=reports,
            headers={"X-CSRFToken": token, "Referer": self.browser.url},
            timeout=PATIENCE_S,
        )
        answer.raise_for_status()

    def _report(self, kind: str, position: str, **parts: float) -> dict[str, Any]:
        key = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        return {"key": key, "kind": kind, "position": position, **parts}

    def _form(self, selector: str = "form[method=post]") -> mechanicalsoup.Form:
        return self.browser.select_form(f"main {selector}")

    def _fill_in(self, form: mechanicalsoup.Form) -> int:
        """Answer every question of a form that is meant for this bot; returns how many answers."""
        page = form.form
        boxes = page.select("input[type=checkbox]:not([name$=-unheard])")
        outside = [box for box in boxes if not self._within(box)]
        for box in outside:
            box["checked"] = ""
        return sum(self._answer(question) for question in page.select(".question"))

    def _within(self, element: Any) -> Any:
        return element.find_parent(class_="question")

    def _answer(self, question: Any) -> int:
        """Answer one question, if its condition holds; returns how many rows that makes."""
        if not self._is_meant(question):
            return 0
        scales: dict[str, list[Any]] = {}
        for radio in question.select("input[type=radio]"):
            scales.setdefault(radio["name"], []).append(radio)
        for radios in scales.values():
            point = self._point([radio["value"] for radio in radios])
            _set(radios, "checked", [radio for radio in radios if radio["value"] == point])
        return (
            len(scales)
            + self._tick(question)
            + self._put_in_order(question)
            + self._give_numbers(question)
            + self._write(question)
        )

    def _is_meant(self, question: Any) -> bool:
        """What its condition, if there is one, makes of the answers given so far."""
        if not question.get("data-shown-if"):
            return True
        rule = json.loads(question["data-shown-if"])
        page = question.find_parent("form")
        inputs = page.find_all(attrs={"name": rule["item"]})
        picked = [
            i for i in inputs if i.get("type") not in ("radio", "checkbox") or "checked" in i.attrs
        ]
        return holds(rule, [i["value"] for i in picked if i.get("value")])

    def _tick(self, question: Any) -> int:
        boxes = question.select("input[type=checkbox][value]")  # “don't know” has no value
        if not boxes:
            return 0
        picked = self.chance.sample(boxes, self.chance.randint(1, len(boxes)))
        _set(boxes, "checked", picked)
        return len(picked)

    def _put_in_order(self, question: Any) -> int:
        places = question.select("[data-ranking] select")
        for number, select in enumerate(self.chance.sample(places, len(places)), start=1):
            _set(select.select("option"), "selected", [select.find("option", value=str(number))])
        return len(places)

    def _give_numbers(self, question: Any) -> int:
        numbers = question.select("input[type=number]")
        for number in numbers:
            low, high = int(number.get("min", 0)), int(number.get("max", 100))
            number["value"] = str(self.chance.randint(low, min(high, low + 50)))
        return len(numbers)

    def _write(self, question: Any) -> int:
        """Text is not counted: it may be empty. What “other” means is said where it is picked."""
        for text in question.select("textarea, input[type=text]"):
            picked = question.select_one("input[value=other]")
            if picked is not None:
                said = "Something else" if "checked" in picked.attrs else ""
            else:
                optional = question.select_one("label small, legend small")
                said = self.chance.choice([""] * bool(optional) + WORDS)
            if text.name == "textarea":
                text.string = said
            else:
                text["value"] = said
        return 0

    def _point(self, values: list[str]) -> str:
        """A point of a scale by taste and chance; anything for unordered answers."""
        values = [value for value in values if value != DONT_KNOW]
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


def some_song(chance: random.Random, seconds: int = 6) -> bytes:
    """A short tune as a WAV file, made by arithmetic."""
    notes = [chance.choice((220.0, 261.6, 329.6, 392.0, 440.0)) for _ in range(4 * seconds)]
    beat = chance.uniform(1.5, 3.0)

    def level(step: int) -> float:
        t = step / RATE
        tone = math.sin(2 * math.pi * notes[int(4 * t)] * t)
        drum = math.sin(2 * math.pi * 60 * t) * math.exp(-12 * (t * beat % 1))
        return 0.35 * tone + 0.4 * drum

    samples = array("h", (int(32_767 * level(step)) for step in range(seconds * RATE)))
    if sys.byteorder == "big":
        samples.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(RATE)
        song.writeframes(samples.tobytes())
    return file.getvalue()


def _set(elements: list[Any], attribute: str, chosen: list[Any]) -> None:
    """Give the attribute to the chosen ones alone."""
    for element in elements:
        element.attrs.pop(attribute, None)
    for element in chosen:
        element[attribute] = ""


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

"""One simulated participant, page by page."""

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urljoin

import mechanicalsoup
import requests

from survey.kinds.filling import mark

from .browsing import FORM, PATIENCE_S, Browsing, Stuck
from .diary import Diary, page_of
from .filling import fill_in
from .habits import Habit, Left
from .sounds import softest, some_song

LOOK_EVERY_S = 0.05
MOST_PAGES = 500
# How many of those who may bring a song of their own.
OWN_SONGS = 0.3
# How they listen to the sound check.
HEADPHONES, LOUDSPEAKERS = 0.7, 0.9  # the rest leave it out or hear nothing

# How much better or worse than usual somebody likes a playlist, in points of the scale,
# by the key of their registration and the playlist's number.
Liking = Callable[[str, int], float]


class Bot(Browsing):
    """One simulated participant with a taste and habits of their own."""

    def __init__(
        self,
        start: str,
        user_agent: str,
        seed: int,
        habits: Sequence[Habit] = (),
        liking: Liking | None = None,
        patience_s: float = 0.0,
    ) -> None:
        super().__init__(user_agent, patience_s)
        self.chance = random.Random(seed)
        self.mood = self.chance.gauss(0, 0.7)
        self.start = start
        self.habits, self.liking = list(habits), liking
        self.diary = Diary()

    def take_part(self) -> Diary:
        """Go from the study's first page to its last one; the diary says how far it came."""
        try:
            self.open(self.start)
            self._go_through()
        except Left:
            self.diary.left = True
        except (Stuck, requests.RequestException, mechanicalsoup.LinkNotFoundError) as error:
            self.diary.stuck = str(error)
        return self.diary

    def _go_through(self) -> None:
        for _ in range(MOST_PAGES):
            self._read()
            for habit in self.habits:
                habit.arrive(self)
            if self.at_the_end:
                return
            self._go_on()
        raise Stuck(f"No end after {MOST_PAGES} pages, at {self.url}")

    @property
    def at_the_end(self) -> bool:
        return bool(self.diary.completion_code or self.diary.ended)

    def _read(self) -> None:
        """Note down what a page tells."""
        code, done = self.page.select_one(".code.big"), self.page.select_one(".done-code .code")
        if self.page.select_one("[data-left]"):
            self.diary.ended = True
        elif done is not None:
            self.diary.completion_code = done.get_text(strip=True)
        elif code is not None:
            self.diary.code = code.get_text(strip=True)

    def _go_on(self) -> None:
        if self.page.select_one("#progress"):
            self._wait()
        elif self.page.select_one(".songs"):
            self._choose_song()
        elif self.page.select_one("form.genres"):
            self._press(self.chance.choice(self.page.select("button.genre")))
        elif self.page.select_one("[data-heard]"):
            self.listen_and_rate()
        elif self.page.select_one("section.sound"):
            self._check_sound()
        elif self.page.select_one(FORM):
            form = self.form()
            self.diary.answers += self._fill_in(form)
            self._submit_first(form)
        else:
            self._follow()

    def _follow(self) -> None:
        onward = self.page.select_one("a.button")
        if onward is None:
            raise Stuck(f"{self.url} leads nowhere: “{self.page.get_text(' ', strip=True)[:200]}”")
        self.open(onward["href"])

    def come_back(self, browser: mechanicalsoup.StatefulBrowser) -> None:
        """Go on in another browser: with the code, or from the start by who has none yet."""
        self.browser = browser
        if not self.diary.code:
            return self.open(self.start)
        self.open(f"{self.start}resume/")
        form = self.form()
        form["code"] = self.diary.code
        return self._submit_first(form)

    # One kind of page after the other

    def _choose_song(self) -> None:
        began = time.perf_counter()
        # Chance is asked only where there is a choice: other studies' bots stay as they were.
        if self.page.select_one("form[data-upload]") and self.chance.random() < OWN_SONGS:
            form = mechanicalsoup.Form(self.page.select_one("form[data-upload]"))
            self.submit(form, files={"song": ("song.wav", some_song(self.chance), "audio/wav")})
        else:
            self._press(self.chance.choice(self.page.select(".song button.button")))
        self._wait(began)
        if not self.page.select_one(".songs"):  # or the song was refused
            self.diary.playlists += 1

    def _wait(self, began: float | None = None) -> None:
        """Look again until the playlist is there."""
        began = began or time.perf_counter()
        while self.page.select_one("#progress"):
            if time.perf_counter() - began > PATIENCE_S + self.patience_s:
                said = self.page.get_text(" ", strip=True)
                waited = PATIENCE_S + self.patience_s
                raise Stuck(f"The playlist was not ready after {waited:.0f} s: {said}")
            time.sleep(LOOK_EVERY_S)
            self.open(self.url)
        self.diary.waits_s.append(time.perf_counter() - began)

    def _check_sound(self) -> None:
        """Hear the tones and say which is the softest; or leave it, or hear nothing at all."""
        how, form = self.chance.random(), self.form()
        if how < LOUDSPEAKERS:
            for triplet in form.form.select("ol.tracks > li"):
                said = str(softest(self._sound(triplet), headphones=how < HEADPHONES))
                radios = triplet.select("input[type=radio]")
                mark(radios, "checked", [radio for radio in radios if radio["value"] == said])
            self._submit_first(form)
        else:
            ways = form.form.select("button[name=skip], button[name=unheard]")
            self._press(self.chance.choice(ways))

    def _sound(self, element: Any) -> bytes:
        address = urljoin(self.url, element.select_one("audio")["src"])
        session = self.browser.session
        answer = self.persistently(lambda: session.get(address, timeout=PATIENCE_S))
        answer.raise_for_status()
        return answer.content

    def listen_and_rate(self) -> None:
        self.listen()
        form = self.form("form[data-heard]")
        self._fill_in(form)
        self._submit_first(form)

    def rate_some(self) -> None:
        """Rate the first tracks alone, each saved at once, as the page's script does it."""
        self.listen()
        form = self.form("form[data-heard]")
        self._fill_in(form)
        sent = self.fields(form)
        tracks = self.page.select(".track")
        for number in range(1, self.chance.randint(1, len(tracks)) + 1):
            mine = [(n, v) for n, v in sent if n.startswith(f"track-{number}-")]
            token = [(n, v) for n, v in sent if n == "csrfmiddlewaretoken"]
            answer = self.post(urljoin(self.url, f"{number}/"), token + mine)
            self.opened(answer)
            self.diary.note(self.url, mine, whole=False)

    def listen(self) -> None:
        """What a browser's player would report: that every track was played, and how far."""
        form = self.form("form[data-heard]").form
        reports = []
        for position, track in json.loads(form["data-hearing"]).items():
            end_s = self._hears(track["needed"], track["length"])
            reports.append(self._report("play", position, start_s=0.0))
            reports.append(self._report("heard", position, start_s=0.0, end_s=end_s))
        token = form.select_one("[name=csrfmiddlewaretoken]")["value"]
        address = urljoin(self.url, form["data-heard"])

        def once(session: requests.Session) -> requests.Response:
            headers = {"X-CSRFToken": token, "Referer": self.url}
            return session.post(address, json=reports, headers=headers, timeout=PATIENCE_S)

        self.opened(self._sent(once))
        trial = self.place[0]
        self.diary.heard |= {r["key"]: (trial, int(r["position"]), r["kind"]) for r in reports}

    def _hears(self, needed: float, length: float) -> float:
        for habit in self.habits:
            if (end_s := habit.hears(needed, length)) is not None:
                return end_s
        return self.chance.uniform(max(needed, 0.2 * length), length)

    def _report(self, kind: str, position: str, **parts: float) -> dict[str, Any]:
        # The same seed may be used again on the same data: the participant is another one.
        key = str(uuid.uuid5(uuid.UUID(self.diary.key), str(self.chance.getrandbits(64))))
        return {"key": key, "kind": kind, "position": position, **parts}

    # Forms

    def _submit_first(self, form: mechanicalsoup.Form) -> None:
        """As the Enter key does: with the form's first button."""
        self._press(form.form.select_one("button"))

    def _fill_in(self, form: mechanicalsoup.Form) -> int:
        return fill_in(form.form, self.chance, self._point)

    def _point(self, values: list[str]) -> str:
        """A point of a scale: by habit, or by taste and chance."""
        for habit in self.habits:
            if (picked := habit.point(values)) is not None:
                return picked
        middle = (len(values) - 1) / 2 + self._shift()
        point = round(middle + self.mood + self.chance.gauss(0, len(values) / 5))
        return values[min(max(point, 0), len(values) - 1)]

    def _shift(self) -> float:
        trial = self.place[0]
        return self.liking(self.diary.key, trial) if self.liking and trial else 0.0

    def _press(self, button: Any) -> None:
        form = mechanicalsoup.Form(button.find_parent("form"))
        form.choose_submit(button)
        self.submit(form)

    def submit(self, form: mechanicalsoup.Form, files: Any = None) -> None:
        here = self.url
        address, data = urljoin(here, form.form.get("action") or ""), self.fields(form)

        def once(session: requests.Session) -> requests.Response:
            headers = {"Referer": here}  # over HTTPS it is not taken otherwise
            return session.post(
                address, data=data, files=files, headers=headers, timeout=PATIENCE_S
            )

        answer = self._sent(once)
        self.opened(answer)
        self.diary.note(here, data)
        self.diary.sound_goes += page_of(here)[1] == "sound"
        self.browser.open_fake_page(answer.text, url=answer.url)
        for habit in self.habits:
            habit.sent(address, data)

    def _sent(self, once: Callable[[requests.Session], requests.Response]) -> requests.Response:
        """Sent as this participant sends: most people do it once."""

        def persistently(session: requests.Session) -> requests.Response:
            return self.persistently(lambda: once(session))

        for habit in self.habits:
            if (answer := habit.send(self, persistently)) is not None:
                return answer
        return persistently(self.browser.session)

    def tried_again(self) -> None:
        self.diary.tried_again += 1


def send(
    participants: int, take_part: Callable[[int], Diary], parallel: int
) -> Iterator[tuple[int, Diary]]:
    """Let them take part, several at a time; yields each one's number and diary."""
    from concurrent.futures import ThreadPoolExecutor, as_completed

    with ThreadPoolExecutor(parallel) as pool:
        running = {pool.submit(take_part, number): number for number in range(participants)}
        for done in as_completed(running):
            yield running[done], done.result()

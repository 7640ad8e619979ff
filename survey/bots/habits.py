"""What makes one bot behave differently from another: small habits that a personality is made of.

A habit can do something when a page is opened, pick the points of scales, say how long a track is
heard, and send forms in its own way; whatever it does not care about stays as it is.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import requests

from .diary import Fields, page_of

if TYPE_CHECKING:
    from .bot import Bot

Once = Callable[[requests.Session], requests.Response]

# They go at one of so many first pages, or at the last playlist.
LEAVES_WITHIN = 12
RATES_SOME_FIRST = 0.5
MOST_KEPT = 12


class Left(Exception):
    """Gone, and not coming back."""


class Habit:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def arrive(self, bot: "Bot") -> None:
        """Do something before the page that has just been opened."""

    def point(self, values: list[str]) -> str | None:
        """Of a scale's values; None: as usual."""

    def hears(self, needed_s: float, length_s: float) -> float | None:
        """How far a track is heard; None: as usual."""

    def send(self, bot: "Bot", once: Once) -> requests.Response | None:
        """Send a form and give the answer that a browser would show; None: as usual."""

    def sent(self, address: str, data: Fields) -> None:
        """A form was taken."""


class Leaving(Habit):
    """Closes the browser at a random page, now and then in the middle of the ratings."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.until = chance.randint(2, LEAVES_WITHIN)
        self.seen: set[tuple[int, str]] = set()
        self.gone = False

    def arrive(self, bot: "Bot") -> None:
        self.seen.add(bot.place)
        last = bot.place[1] == "listen" and _is_last(bot)
        if self.gone or bot.at_the_end or (len(self.seen) < self.until and not last):
            return
        self.gone = True
        if bot.place[1] == "listen" and self.chance.random() < RATES_SOME_FIRST:
            bot.rate_some()
        self.go(bot)

    def go(self, bot: "Bot") -> None:
        raise Left


class Returning(Leaving):
    """Comes back later, on another device: a new browser, with the code."""

    def go(self, bot: "Bot") -> None:
        bot.come_back(bot.new_browser())


class DoubleClicking(Habit):
    """Sends everything twice: one after the other, or both at once."""

    def send(self, bot: "Bot", once: Once) -> requests.Response | None:
        sessions = [_like(bot.browser.session), _like(bot.browser.session)]
        if self.chance.random() < 0.5:
            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(once, sessions))
        else:
            answers = [once(session) for session in sessions]
        bot.opened(answers[0])
        bot.browser.session.cookies.update(sessions[1].cookies)
        return answers[1]


class StraightLining(Habit):
    """Gives everything the same rating, and hears no more than it has to."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.share = chance.random()

    def point(self, values: list[str]) -> str | None:
        return values[int(self.share * len(values))]

    def hears(self, needed_s: float, length_s: float) -> float | None:
        return min(length_s, needed_s + 1.0)


class Forgetting(Habit):
    """Goes back to rate anew, sends old forms again with other answers, and pages ahead of time."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.old: list[tuple[str, Fields]] = []
        self.anew: set[int] = set()
        self.browser: object = None

    def sent(self, address: str, data: Fields) -> None:
        self.old = [*self.old, (address, data)][-MOST_KEPT:]

    def arrive(self, bot: "Bot") -> None:
        if self.browser is not bot.browser:  # another one has none of these forms
            self.browser, self.old = bot.browser, []
        trial, page = bot.place
        if page == "survey" and trial not in self.anew:
            self.anew.add(trial)
            bot.open(bot.url.replace("/survey/", "/listen/"))
            bot.listen_and_rate()
        if not bot.diary.code:
            return
        for address, data in self._stale(bot):
            bot.opened(bot.post(address, [(name, _other(value)) for name, value in data]))
            bot.diary.stale += 1

    def _stale(self, bot: "Bot") -> list[tuple[str, Fields]]:
        """Forms whose time is over, and one whose time has not come."""
        trial, page = bot.place
        over = [(address, data) for address, data in self.old if _is_over(page_of(address), trial)]
        picked = self.chance.sample(over, min(1, len(over)))
        token = [(n, v) for a, d in self.old[-1:] for n, v in d if n == "csrfmiddlewaretoken"]
        if trial and page != "survey" and self.chance.random() < 0.3:
            early = bot.url.replace(f"/{trial}/{page}/", f"/{trial}/survey/")
            picked.append((early, [*token, ("playlist.overall", "1")]))
        return picked


def _is_over(form: tuple[int, str], trial: int) -> bool:
    """Whether a form's time has passed; the sound check asks twice, so its forms may count."""
    return form[1] != "sound" and (form[0] < trial or not trial)


def _other(value: str) -> str:
    """Another answer: a small number becomes one that is often on the scale, too."""
    return str(int(value) % 5 + 1) if value.isdecimal() and len(value) == 1 else value


def _is_last(bot: "Bot") -> bool:
    of = bot.browser.page.select_one(".steps .of")
    numbers = [word for word in of.get_text().split() if word.isdecimal()] if of else ["1", "1"]
    return numbers[0] == numbers[-1]


def _like(session: requests.Session) -> requests.Session:
    """Another connection of the same browser."""
    twin = requests.Session()
    twin.headers.update(session.headers)
    twin.cookies.update(session.cookies)
    return twin

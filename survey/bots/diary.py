"""What one bot did, in the words of the pages: what it sent, and what they took."""

import re
from dataclasses import dataclass, field

from survey.questions.rules import DONT_KNOW

Fields = list[tuple[str, str]]

# Pages whose answers are kept, and what comes with their forms that is no answer.
ANSWERED = ("register", "listen", "survey", "end")
NO_ANSWERS = ("csrfmiddlewaretoken", "registration_key", "measured")
RATING = re.compile(r"track-(\d+)-(.+\..+)")
OF_A_TRIAL = re.compile(r"/playlist/(\d+)/")


def page_of(url: str) -> tuple[int, str]:
    """The number of the playlist (0: none) and the page's name."""
    path = url.split("?")[0]
    trial = OF_A_TRIAL.search(path)
    return int(trial[1]) if trial else 0, path.rstrip("/").rpartition("/")[2]


@dataclass(slots=True)
class Diary:
    personality: str = "steady"
    # By which the participant is known: the form's own key, from before there is a code.
    key: str = ""
    code: str = ""
    completion_code: str = ""
    left: bool = False  # of their own accord, without a word
    ended: bool = False  # by the study: screened out
    stuck: str = ""
    # The last form that counts, by playlist and page.
    pages: dict[tuple[int, str], dict[str, list[str]]] = field(default_factory=dict)
    heard: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    sound_goes: int = 0
    playlists: int = 0
    answers: int = 0
    stale: int = 0
    tried_again: int = 0  # where pages were away
    waits_s: list[float] = field(default_factory=list)

    @property
    def completed(self) -> bool:
        return bool(self.completion_code)

    @property
    def ratings(self) -> dict[tuple[int, int, str], str]:
        """By playlist, position and question: the last value sent."""
        found = {}
        for (trial, page), fields in self.pages.items():
            for name, values in fields.items() if page == "listen" else ():
                rated = RATING.fullmatch(name)
                if rated and values[-1]:
                    question = rated[2].removesuffix(f".{DONT_KNOW}")
                    value = DONT_KNOW if question != rated[2] else values[-1]
                    found[trial, int(rated[1]), question] = value
        return found

    def note(self, url: str, data: Fields, *, whole: bool = True) -> None:
        """Keep what a page took: all that counts of it now, or some ratings before the rest."""
        trial, page = page_of(url)
        if page not in ANSWERED:
            return
        if page == "register":
            self.key = dict(data)["registration_key"]
        given: dict[str, list[str]] = {}
        for name, value in data:
            if name not in NO_ANSWERS:
                given.setdefault(name, []).append(value)
        before = {} if whole else self.pages.get((trial, page), {})
        self.pages[trial, page] = {**before, **given}

"""What holds on every page that a participant sees."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from recommender.engine.strategies import STRATEGIES
from recommender.models import PlaylistTrack, Track
from survey.models import Condition, Item, Participant, Study

pytestmark = pytest.mark.django_db

BEFORE = ("", "consent", "resume")
DURING = ("code", "genre", "song", "wait", "listen", "survey", "end", "thanks")
VOID = {"meta", "link", "input", "br", "path", "rect", "circle", "image"}


@pytest.fixture
def pages(visitor, last_question) -> dict[str, object]:
    """Every page once, as one participant comes to it."""
    found = {page or "study": visitor.get(page) for page in BEFORE}
    found["register"] = visitor.consent().get("register")
    found["code"] = visitor.register().get("code")
    for step in visitor.WAY:
        found[step] = visitor.get(step)
        visitor.take_step(step)
    found["home"] = visitor.client.get("/")
    return found


class Outline(HTMLParser):
    """Collects tags with their attributes, and what is left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def test_a_participant_goes_the_whole_way(visitor, last_question):
    participant = visitor.go_to("thanks").participant
    assert participant.completed_at
    assert participant.trials.get().ratings.count() == 30
    assert participant.answers.count() == 1 + 7 + 1


def test_the_whole_way_is_gone_on_links_and_buttons_alone(pages):
    assert {name: page.status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)


def test_no_page_tells_the_condition(visitor, last_question):
    Condition.objects.update(name="the-secret-one")
    secrets = {"the-secret-one", *STRATEGIES, *(s.label for s in STRATEGIES.values())} - {"random"}
    visitor.register()
    for step in visitor.WAY:
        page = visitor.get(step).text.lower()
        assert [secret for secret in secrets if secret.lower() in page] == []
        visitor.take_step(step)


def test_no_page_tells_how_near_the_songs_are(visitor):
    visitor.go_to("listen")
    PlaylistTrack.objects.update(distance=0.7654321)
    assert "7654" not in visitor.get("listen").text


def test_no_page_holds_a_number_of_the_database_that_tells_songs_apart(visitor):
    visitor.go_to("song")
    track = Track.objects.get(title="Rock 0")
    page = visitor.get("song").text
    assert str(track.key) in page
    assert f'value="{track.pk}"' not in page
    assert track.audio_sha256 not in page


def test_no_page_shows_the_pseudonym_that_exports_use(pages):
    pseudonym = Participant.objects.get().pseudonym
    assert not any(pseudonym in page.text for page in pages.values())


def test_no_page_loads_anything_from_another_host(pages):
    for page in pages.values():
        loaded = [attrs.get("src") for _tag, attrs in Outline(page.text).tags]
        assert not [src for src in loaded if src and not src.startswith("/")]
        links = [a.get("href") for tag, a in Outline(page.text).tags if tag == "link"]
        assert not [href for href in links if not href.startswith("/")]


def test_every_page_allows_its_own_host_alone(pages):
    for page in pages.values():
        policy = page["Content-Security-Policy"]
        sources = {word for part in policy.split(";") for word in part.split()[1:]}
        assert sources == {"'self'", "'none'"}
        assert "default-src 'self'" in policy


def test_no_page_needs_what_the_policy_forbids(pages):
    for name, page in pages.items():
        tags = Outline(page.text).tags
        assert not [tag for tag, attrs in tags if tag == "style" or "style" in attrs], name
        assert not [a for tag, a in tags if tag == "script" and "src" not in a], name
        assert not [a for _, a in tags if any(key.startswith("on") for key in a)], name


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
    ],
)
def test_every_page_is_protected_by_its_headers(pages, header, value):
    assert {page.headers.get(header) for page in pages.values()} == {value}


@pytest.mark.parametrize("name", ["sessionid", "csrftoken"])
def test_cookies_are_out_of_reach_for_scripts_and_other_sites(pages, visitor, name):
    cookie = visitor.client.cookies[name]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_participants_get_no_other_cookies(pages, visitor):
    assert set(visitor.client.cookies) <= {"sessionid", "csrftoken", "messages"}


def test_every_page_is_well_formed(pages):
    for name, page in pages.items():
        assert Outline(page.text).open == [], name


def test_every_page_has_one_heading_and_a_title(pages):
    for name, page in pages.items():
        tags = [tag for tag, _attrs in Outline(page.text).tags]
        assert (tags.count("h1"), tags.count("title"), tags.count("main")) == (1, 1, 1), name


def test_no_page_uses_an_id_twice(pages):
    for name, page in pages.items():
        ids = [attrs["id"] for _tag, attrs in Outline(page.text).tags if "id" in attrs]
        assert len(ids) == len(set(ids)), name


def test_every_field_has_a_label(pages):
    for name, page in pages.items():
        tags = Outline(page.text).tags
        labelled = {attrs.get("for") for tag, attrs in tags if tag == "label"}
        fields = [
            a for tag, a in tags if tag in ("input", "textarea") and a.get("type") != "hidden"
        ]
        bare = [a for a in fields if a.get("id") not in labelled and a.get("type") != "checkbox"]
        assert bare == [], name


# Text that people typed

EVIL = "<script>alert('&')</script>"


@pytest.fixture
def evil(visitor, last_question):
    Track.objects.update(artist=EVIL, album=EVIL)
    Track.objects.filter(title="Rock 0").update(title=EVIL)
    Study.objects.update(title=EVIL, summary=EVIL, information=EVIL, consent=EVIL, debriefing=EVIL)
    Item.objects.exclude(kind="likert").update(text=EVIL, help=EVIL)
    return visitor


def test_text_from_the_library_and_the_study_is_never_run(evil):
    evil.register()
    for step in evil.WAY:
        assert "<script>alert" not in evil.get(step).text
        if step == "song":
            evil.choose_song(EVIL)
        else:
            evil.take_step(step)


@pytest.mark.parametrize("page", ["", "consent", "resume"])
def test_text_of_the_study_is_shown_as_it_was_written(evil, page):
    text = evil.get(page).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_what_is_searched_for_is_never_run(visitor):
    page = visitor.go_to("song").get("song", {"q": EVIL}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_answer_shown_again_is_never_run(visitor):
    visitor.go_to("survey")
    page = visitor.post("survey", {"playlist.comment": f"</textarea>{EVIL}"}).text
    assert "<script>alert" not in page
    assert "&lt;/textarea&gt;" in page


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30])
def test_odd_addresses_never_break(visitor, number):
    visitor.go_to("song")
    url = re.sub("/1/", f"/{number}/", visitor.url("song"))
    assert visitor.client.get(url).status_code in (302, 404)


def test_no_address_of_a_participant_holds_an_id(visitor):
    visitor.go_to("listen")
    addresses = {visitor.url(page) for page in DURING}
    assert all(re.fullmatch(r"/s/demo/(playlist/1/)?[a-z]+/", address) for address in addresses)
    assert reverse("survey:study", args=["demo"]) == "/s/demo/"


@pytest.mark.parametrize("asks", [{"open_link": False}, {"identity_parameter": "PROLIFIC_PID"}])
def test_a_study_for_those_who_are_sent_is_not_on_the_first_page(study, client, asks):
    assert study.title in client.get("/").text
    Study.objects.update(**asks)
    assert study.title not in client.get("/").text

import re

import pytest

from survey.listening.tones import right_answers
from survey.models import Flag, Participant, SoundCheck, Study
from survey.steps import sound_seed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(study: Study):
    """Make the study ask for a sound check."""

    def change(check: str = "headphones", **fields: object) -> None:
        Study.objects.update(sound_check=check, **fields)
        study.refresh_from_db()

    return change


def answers(visitor, attempt: int = 1, right: int = 6) -> dict[str, object]:
    """So many of the six right, the others wrong."""
    found = right_answers(sound_seed(visitor.participant, attempt))
    said = [a if number < right else a % 3 + 1 for number, a in enumerate(found)]
    form = {f"softest-{number}": value for number, value in enumerate(said, start=1)}
    return {"attempt": attempt, "volume": "0.8", **form}


def go(visitor, attempt: int = 1, right: int = 6):
    return visitor.post("sound", answers(visitor, attempt, right))


def place(visitor) -> str:
    return visitor.get("continue").url


def test_without_a_check_the_first_playlist_comes_at_once(visitor):
    assert place(visitor.register()) == visitor.url("genre")
    assert visitor.get("sound").url == visitor.url("genre")


@pytest.mark.parametrize("page", ["genre", "song", "listen", "end", "left"])
def test_nothing_comes_before_the_check(visitor, ask, page):
    ask()
    assert visitor.register().get(page).url == visitor.url("sound")


def test_setting_the_volume_is_enough_where_no_more_is_asked(visitor, ask):
    ask("volume")
    visitor.register().post("sound", {"attempt": 1, "volume": "0.55"})
    check = SoundCheck.objects.get()
    assert (check.volume, check.passed, check.answers) == (0.55, None, [])
    assert place(visitor) == visitor.url("genre")


@pytest.mark.parametrize(("right", "passed"), [(6, True), (5, True), (4, False), (0, False)])
def test_as_many_right_answers_pass_as_the_study_says(visitor, ask, right, passed):
    ask()
    go(visitor.register(), right=right)
    check = SoundCheck.objects.get()
    assert (check.n_right, check.passed, check.volume) == (right, passed, 0.8)
    assert sum(map(int.__eq__, check.answers, check.right_answers)) == right


def test_whoever_fails_may_try_once_more_with_other_tones(visitor, ask):
    ask()
    go(visitor.register(), right=1)
    page = visitor.get("sound").text
    assert "try once more" in page
    assert f"/{visitor.participant.browser_key}/2/1/" in page
    go(visitor, attempt=2)
    assert [check.passed for check in SoundCheck.objects.all()] == [False, True]
    assert place(visitor) == visitor.url("genre")


def test_after_two_tries_it_goes_on_and_the_result_is_kept(visitor, ask):
    ask()
    visitor.register()
    for attempt in (1, 2):
        go(visitor, attempt, right=0)
    assert place(visitor) == visitor.url("genre")
    assert Participant.objects.get().status == "active"
    assert list(Flag.objects.values_list("kind", "detail")) == [("sound_check", "0 right")]


def test_who_passes_at_the_second_try_is_not_marked(visitor, ask):
    ask()
    visitor.register()
    go(visitor, 1, right=0)
    go(visitor, 2)
    assert not Flag.objects.exists()


def test_after_two_tries_the_study_ends_if_it_says_so(visitor, ask):
    ask(sound_check_failed="screen_out")
    visitor.register()
    for attempt in (1, 2):
        go(visitor, attempt, right=0)
    person = Participant.objects.get()
    assert person.status == "screened_out"
    assert person.left_at
    assert place(visitor) == visitor.url("left")
    assert "a listening setup that did not work" in visitor.get("left").text


def test_the_same_form_twice_is_one_try(visitor, ask):
    ask()
    form = answers(visitor.register(), right=0)
    assert [visitor.post("sound", form).status_code for _ in range(2)] == [302, 302]
    assert SoundCheck.objects.count() == 1


def test_what_was_left_out_is_marked_and_nothing_is_counted(visitor, ask):
    ask()
    form = answers(visitor.register())
    del form["softest-3"]
    page = visitor.post("sound", form)
    assert (page.status_code, page.context["form"].errors.keys()) == (422, {"softest-3"})
    assert not SoundCheck.objects.exists()


@pytest.mark.parametrize(("policy", "next_page"), [("continue", "genre"), ("screen_out", "left")])
def test_somebody_who_hears_nothing_finds_a_way_out(visitor, ask, policy, next_page):
    ask(sound_check_failed=policy)
    visitor.register().post("sound", {"attempt": 1, "unheard": ""})
    assert SoundCheck.objects.get().could_not_hear
    assert place(visitor) == visitor.url(next_page)


def test_without_javascript_the_check_can_be_left_out(visitor, ask):
    ask()
    page = visitor.register().get("sound").text
    assert re.search(r"<noscript>.*name=\"skip\"", page)
    visitor.post("sound", {"attempt": 1, "skip": ""})
    assert SoundCheck.objects.get().passed is None
    assert place(visitor) == visitor.url("genre")


def test_tones_are_the_participants_own(newcomer, ask):
    ask()
    one, other = newcomer().register(), newcomer().register()
    own = f"sound/{one.participant.browser_key}/1/1"
    assert one.get(own)["Content-Type"] == "audio/wav"
    assert other.get(own).status_code == 404
    assert newcomer().get(own).status_code == 404


@pytest.mark.parametrize("which", ["1/0", "1/7", "3/1", "0/1"])
def test_there_are_no_other_tones(visitor, ask, which):
    ask()
    key = visitor.register().participant.browser_key
    expected = 200 if which == "0/1" else 404
    assert visitor.get(f"sound/{key}/{which}").status_code in (expected, 404)


@pytest.mark.parametrize(
    ("asked", "status", "length"),
    [
        ("", 200, 256_044),
        ("bytes=0-1", 206, 2),
        ("bytes=100-", 206, 255_944),
        ("bytes=-10", 206, 10),
        ("bytes=0-99999999", 206, 256_044),
        ("bytes=999999-", 416, 0),
        ("bytes=x", 200, 256_044),
        ("bytes=" + "9" * 30 + "-", 200, 256_044),
    ],
)
def test_parts_of_a_sound_can_be_asked_for(visitor, ask, asked, status, length):
    ask("volume")
    answer = visitor.register().get("sound/noise", headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (status, length)


def test_the_page_tells_nothing_about_the_answers(visitor, ask):
    ask()
    page = visitor.register().get("sound")
    assert not re.search("antiphase|soft(?!est)|loud(?!speaker)", page.text)
    sizes = {len(visitor.get(f"sound/{visitor.participant.browser_key}/1/{n}").content)
             for n in range(1, 7)}  # fmt: skip
    assert len(sizes) == 1


def test_researchers_see_each_try(researcher, visitor, ask):
    ask()
    go(visitor.register(), right=3)
    page = researcher.get(f"/admin/survey/participant/{visitor.participant.pk}/change/")
    assert "Sound checks" in page.text

"""How people come: personal links, recruiting services, screen-out and quotas."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from survey import services
from survey.models import Participant, PersonalLink, Study

pytestmark = pytest.mark.django_db

DEVICE = "background.device"


@pytest.fixture
def link(study) -> PersonalLink:
    Study.objects.update(open_link=False)
    return study.links.create(label="Ana")


@pytest.fixture
def prolific(study) -> Study:
    Study.objects.update(identity_parameter="PROLIFIC_PID", kept_parameters=["SESSION_ID"])
    return study


def follow(visitor, link):
    return visitor.client.get(link.get_absolute_url(), follow=True)


# Personal links


def test_without_a_link_nobody_begins_where_links_are_needed(visitor, link):
    assert "You need a personal link" in visitor.get().text
    assert visitor.get("consent").url == visitor.url()
    form = {"registration_key": uuid.uuid4(), DEVICE: "Loudspeakers"}
    assert visitor.post("register", form).url == visitor.url("consent")
    assert not Participant.objects.exists()


def test_a_link_lets_its_holder_begin(visitor, link):
    assert "Take part" in follow(visitor, link).text
    assert visitor.register().participant.link == link


def test_opening_a_link_uses_nothing_up(visitor, newcomer, link):
    for scanner in (newcomer(), newcomer()):
        scanner.client.head(link.get_absolute_url())
        follow(scanner, link)
    follow(visitor, link)
    assert visitor.register().participant


def test_a_link_used_up_a_wrong_one_and_another_studys_get_the_same_answer(newcomer, study, link):
    first = newcomer()
    follow(first, link)
    first.register()
    other = Study.objects.create(slug="o", title="O", state="open", model=study.model)
    foreign = other.links.create().token
    pages = [newcomer().get(f"join/{token}") for token in (link.token, foreign, "ABC", "%00'")]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text.split("<main")[1].split("</main")[0] for page in pages}) == 1


def test_the_holder_of_a_used_link_is_led_back_in_the_same_browser(visitor, link):
    follow(visitor, link)
    visitor.register()
    assert "Continue where you were" in follow(visitor, link).text


def test_the_last_place_of_a_link_goes_to_one_of_two(newcomer, link):
    people = [newcomer(), newcomer()]
    for person in people:
        follow(person, link)
        person.consent()
    for person in people:
        person.post("register", {"registration_key": uuid.uuid4(), DEVICE: "Loudspeakers"})
    assert Participant.objects.count() == 1
    assert "has already been used" in people[1].get().text


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_place_are_one_participant(study, at_once):
    link = study.links.create()
    consent = services.Consent("Yes.", timezone.now())

    def register() -> bool:
        try:
            arrival = services.Arrival(link=link.pk)
            services.enrol(study, uuid.uuid4(), consent, {}, arrival=arrival)
        except services.NotAllowed:
            return False
        return True

    assert sorted(at_once(register, 2)) == [False, True]


@pytest.mark.parametrize("uses", [0, 2])
def test_a_link_for_several_lets_several_begin(newcomer, link, uses):
    PersonalLink.objects.update(uses=uses)
    for person in (newcomer(), newcomer()):
        follow(person, link)
        assert person.register().participant.link == link


def test_another_persons_link_at_the_same_computer_begins_anew(visitor, study, link):
    follow(visitor, link)
    first = visitor.register().participant
    follow(visitor, study.links.create(label="Ben"))
    assert visitor.register().participant != first


def test_links_can_not_be_guessed_at_will(visitor, link):
    statuses = [visitor.get(f"join/WRNG{n}").status_code for n in range(11)]
    assert statuses == [404] * 10 + [429]


def test_a_class_with_the_right_links_is_never_told_to_wait(newcomer, study, link):
    for n in range(12):
        newcomer().get(f"join/WRNG{n}")
    links = [link, *(study.links.create(label=f"{n}") for n in range(30))]
    assert {newcomer().get(f"join/{one.token}").status_code for one in links} == {302}


def test_a_refused_link_is_not_logged(visitor, link, caplog, settings):
    written = settings.LOGGING["filters"]["no_links"]["callback"]
    visitor.get("join/WRONG")
    visitor.get("nonsense")
    messages = [record.getMessage() for record in caplog.records if written(record)]
    assert "nonsense" in "".join(messages)
    assert "WRONG" not in "".join(messages)


def test_a_whole_class_opens_its_links_from_one_address(newcomer, study):
    links = [study.links.create() for _ in range(12)]
    assert {newcomer().get(f"join/{one.token}").status_code for one in links} == {302}


def test_an_erased_persons_link_can_be_used_again(visitor, newcomer, link):
    follow(visitor, link)
    visitor.register().post("leave", {"how": "erase"})
    follow(visitor, link)
    assert visitor.register().participant.link == link


# Recruiting services


def test_what_the_service_sends_is_kept_if_the_study_asks_for_it(visitor, prolific):
    visitor.get("", {"PROLIFIC_PID": "abc", "SESSION_ID": "s1", "OTHER": "x"})
    person = visitor.register().participant
    assert (person.identity, person.parameters) == ("abc", {"SESSION_ID": "s1"})


def test_parameters_survive_a_personal_link(visitor, prolific):
    link = prolific.links.create()
    visitor.client.get(f"{link.get_absolute_url()}?PROLIFIC_PID=abc", follow=True)
    assert visitor.register().participant.identity == "abc"


def test_odd_parameters_break_nothing_and_are_cut(visitor, prolific):
    visitor.get("", {"PROLIFIC_PID": "a\x00b\n", "SESSION_ID": "<script>" + "x" * 999})
    person = visitor.register().participant
    assert person.identity == "ab"
    assert len(person.parameters["SESSION_ID"]) == 200


@pytest.mark.parametrize("identity", ["", "  ", "x" * 101])
def test_without_an_identity_the_page_says_which_link_to_use(visitor, prolific, identity):
    page = visitor.get("", {"PROLIFIC_PID": identity} if identity else None)
    assert "use the link from the service" in page.text
    assert visitor.get("consent").url == visitor.url()


def test_a_researcher_looks_at_the_study_without_an_identity(researcher, prolific):
    assert "Take part" in researcher.get(prolific.get_absolute_url()).text


def test_who_took_part_already_is_asked_for_the_code_in_another_browser(newcomer, prolific):
    first, second = newcomer(), newcomer()
    first.get("", {"PROLIFIC_PID": "abc"})
    person = first.register().participant
    page = second.get("", {"PROLIFIC_PID": "abc"}).text
    assert "have already taken part in this study" in page
    assert person.code not in page
    assert second.get("consent").url == second.url()
    assert second.get("code").status_code == 302


def test_who_took_part_already_goes_on_in_the_same_browser(visitor, prolific):
    visitor.get("", {"PROLIFIC_PID": "abc"})
    visitor.register()
    assert "Continue where you were" in visitor.get("", {"PROLIFIC_PID": "abc"}).text


def test_one_identity_in_two_tabs_at_once_is_one_participant(newcomer, prolific):
    people = [newcomer(), newcomer()]
    for person in people:
        person.get("", {"PROLIFIC_PID": "abc"})
        person.consent()
    for person in people:
        person.post("register", {"registration_key": uuid.uuid4(), DEVICE: "Loudspeakers"})
    assert Participant.objects.count() == 1


def test_another_identity_at_the_same_computer_is_another_person(visitor, prolific):
    visitor.get("", {"PROLIFIC_PID": "abc"})
    first = visitor.register().participant
    visitor.get("", {"PROLIFIC_PID": "xyz"})
    assert visitor.register().participant != first


UNFILLED = "%7B%7B%25PROLIFIC_PID%25%7D%7D"


def warnings(study) -> list[str]:
    return services.arrival_warnings(study)


def test_a_placeholder_is_refused_like_a_missing_number_for_everybody(newcomer, prolific):
    for visitor in (newcomer(), newcomer()):
        page = visitor.client.get(f"{visitor.url()}?PROLIFIC_PID={UNFILLED}")
        assert "use the link from the service" in page.text
        visitor.consent().post(
            "register", {"registration_key": uuid.uuid4(), DEVICE: "Loudspeakers"}
        )
    assert not Participant.objects.exists()


def test_a_placeholder_that_came_before_it_was_known_as_one_keeps_nobody_out(visitor, prolific):
    visitor.get("", {"PROLIFIC_PID": "abc"})
    visitor.register()
    Participant.objects.update(identity="null")
    session = visitor.client.session
    session[f"arrival-{prolific.pk}"] = {"identity": "null"}
    session.pop(f"participant-{prolific.pk}")
    session.save()
    assert "use the link from the service" in visitor.get().text


def test_placeholders_are_told_to_the_researcher_once_a_browser(newcomer, prolific, researcher):
    for visitor in (newcomer(), newcomer()):
        for _reload in range(2):
            visitor.get("", {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}", "SESSION_ID": "abc"})
    page = researcher.get(f"/admin/survey/study/{prolific.pk}/change/").text
    assert "came with “{{%PROLIFIC_PID%}}” in the address, 2 times" in page


def test_a_kept_parameter_that_was_not_filled_in_is_told_and_keeps_nobody_out(visitor, prolific):
    visitor.get("", {"PROLIFIC_PID": "abc", "SESSION_ID": "{{%SESSION_ID%}}"})
    assert visitor.register().participant.parameters == {"SESSION_ID": "{{%SESSION_ID%}}"}
    assert "“{{%SESSION_ID%}}”" in warnings(prolific)[0]


def test_a_researcher_who_tries_the_address_is_not_warned_of_themselves(researcher, prolific):
    researcher.get(prolific.get_absolute_url(), {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}"})
    assert warnings(prolific) == []


def test_one_number_from_several_devices_is_told_to_the_researcher(newcomer, prolific):
    first, second, third = newcomer(), newcomer(), newcomer()
    first.get("", {"PROLIFIC_PID": "abc"})
    person = first.register().participant
    for _reload in range(3):
        second.get("", {"PROLIFIC_PID": "abc"})
    assert warnings(prolific) == []
    third.get("", {"PROLIFIC_PID": "abc"})
    (warning,) = warnings(prolific)
    assert person.pseudonym in warning
    assert "several devices within 10 minutes" in warning


# The way back


def test_the_last_page_leads_back_to_the_service_with_the_code(visitor, prolific):
    Study.objects.update(
        completion_code="C 1&2", completion_url="https://p.example/?cc={code}&id={identity}"
    )
    visitor.get("", {"PROLIFIC_PID": "a/b"})
    page = visitor.go_to("thanks").get("thanks").text
    assert 'href="https://p.example/?cc=C%201%262&amp;id=a%2Fb" rel="noopener' in page
    assert visitor.participant.completion_code not in page


def test_without_a_fixed_code_everybody_gets_their_own(visitor):
    person = visitor.go_to("thanks").participant
    assert person.completion_code in visitor.get("thanks").text


def test_an_address_that_is_none_is_never_a_link(visitor):
    Study.objects.update(completion_url="javascript:alert(1)")
    assert "javascript:" not in visitor.go_to("thanks").get("thanks").text


# Screen-out and quotas


@pytest.fixture
def no_loudspeakers(study) -> Study:
    rule = {"item": DEVICE, "is": ["Loudspeakers"]}
    Study.objects.update(
        screen_out=[rule], screen_out_code="OUT", screen_out_url="https://p.example/?cc={code}"
    )
    return study


def test_who_is_ruled_out_is_thanked_and_led_back(visitor, no_loudspeakers):
    page = visitor.client.get(visitor.register().url("code"), follow=True)
    assert page.wsgi_request.path == visitor.url("left")
    assert "people with a different background" in page.text
    assert "https://p.example/?cc=OUT" in page.text


def test_who_is_ruled_out_takes_no_place(visitor, no_loudspeakers):
    person = visitor.register().participant
    assert person.status == Participant.Status.SCREENED_OUT
    assert not person.trials.exists()
    assert person.left_at


@pytest.mark.parametrize("page", ["genre", "song", "wait", "listen", "survey", "end", "thanks"])
def test_every_page_leads_those_who_left_to_the_last_one(visitor, no_loudspeakers, page):
    assert visitor.register().get(page).url == visitor.url("left")


def test_who_is_not_ruled_out_goes_on(visitor, no_loudspeakers):
    person = visitor.register(**{DEVICE: "Headphones or earphones"}).participant
    assert person.status == Participant.Status.ACTIVE


@pytest.fixture
def one_place(study) -> Study:
    quota = {"item": DEVICE, "is": ["Loudspeakers"], "most": 1}
    Study.objects.update(quotas=[quota], full_url="https://p.example/full")
    return study


def test_who_comes_over_a_quota_hears_that_there_are_enough(newcomer, one_place):
    newcomer().register()
    late = newcomer().register()
    page = late.get("left").text
    assert "Enough people with your background" in page
    assert "https://p.example/full" in page
    assert late.participant.left_because == "full"


def test_a_quota_counts_those_alike_alone(newcomer, one_place):
    newcomer().register()
    other = newcomer().register(**{DEVICE: "Headphones or earphones"}).participant
    assert other.status == Participant.Status.ACTIVE


@pytest.mark.parametrize("left", ["stopped", "away", "erased"])
def test_a_place_of_a_quota_is_free_again_once_its_holder_is_gone(newcomer, one_place, left):
    first = newcomer().register()
    if left == "away":
        long_ago = timezone.now() - timedelta(days=1)
        Participant.objects.update(created_at=long_ago, last_seen_at=long_ago)
    else:
        first.post("leave", {"how": "stop" if left == "stopped" else "erase"})
    assert newcomer().register().participant.status == Participant.Status.ACTIVE

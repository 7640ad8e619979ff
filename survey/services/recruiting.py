"""Who may begin: by which link, under which identity, and after which answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from survey.models import Answer, Instrument, Item, Participant, PersonalLink, Study
from survey.questions.rules import OTHER
from survey.recruiting.eligibility import as_stored

from .refusal import NotAllowed


@dataclass(frozen=True, slots=True)
class Arrival:
    """What somebody brought along in the address that they came by."""

    link: int | None = None
    identity: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    preview: bool = False  # a researcher, who looks at their own study


class Bar(StrEnum):
    """What keeps somebody from beginning; the study's page says it in words."""

    NEEDS_LINK = "needs_link"
    LINK_USED_UP = "link_used_up"
    NEEDS_IDENTITY = "needs_identity"
    TOOK_PART = "took_part"


class Barred(NotAllowed):
    """Somebody can't begin because of how they came."""

    def __init__(self, bar: Bar) -> None:
        super().__init__(_("You can't start from this address."))
        self.bar = bar


def bar_to(study: Study, arrival: Arrival) -> Bar | None:
    """Why somebody who came so can't begin; None if nothing stands against it."""
    if arrival.identity and study.participants.filter(identity=arrival.identity).exists():
        return Bar.TOOK_PART
    link = study.links.filter(pk=arrival.link).first() if arrival.link else None
    if link and link.is_used_up:
        return Bar.LINK_USED_UP
    if arrival.preview:
        return None
    if link is None and not study.open_link:
        return Bar.NEEDS_LINK
    return Bar.NEEDS_IDENTITY if study.identity_parameter and not arrival.identity else None


def make_links(study: Study, labels: list[str], uses: int) -> list[PersonalLink]:
    """A link for each label."""
    links = [PersonalLink(study=study, label=label, uses=uses) for label in labels]
    return PersonalLink.objects.bulk_create(links)


def screen(participant: Participant) -> None:
    """End it for somebody whose answers rule them out, or of whose kind there are enough.

    Call it under the study's lock, so that two people at once don't get a quota's last place.
    """
    if any(_gave(participant, rule) for rule in participant.study.screen_out):
        screen_out(participant, Participant.LeftBecause.ANSWERS)
    elif any(_is_full(participant, quota) for quota in participant.study.quotas):
        screen_out(participant, Participant.LeftBecause.FULL)


def screen_out(participant: Participant, because: Participant.LeftBecause) -> None:
    participant.status = Participant.Status.SCREENED_OUT
    participant.left_at, participant.left_because = timezone.now(), because
    participant.save(update_fields=["status", "left_at", "left_because"])


def _gave(participant: Participant, rule: Mapping[str, object]) -> bool:
    return _answers(participant.study, rule).filter(participant=participant).exists()


def _is_full(participant: Participant, quota: Mapping[str, object]) -> bool:
    """Whether the quota holds for the participant, and others have taken all its places."""
    if not _gave(participant, quota):
        return False
    others = _holding_a_place(participant).exclude(pk=participant.pk)
    alike = _answers(participant.study, quota).filter(participant__in=others)
    return alike.values("participant").distinct().count() >= int(str(quota["most"]))


def _answers(study: Study, rule: Mapping[str, object]) -> QuerySet[Answer]:
    """Everybody's answers at registration that a rule speaks of."""
    instrument, _dot, key = str(rule["item"]).partition(".")
    placed = Item.objects.placed(study, Instrument.Placement.REGISTRATION)
    item = placed.filter(instrument__key=instrument, key=key).first()
    if item is None:
        return Answer.objects.none()
    values = as_stored(rule, item)
    picked = Q(value__in=values) & ~Q(row=OTHER)
    if OTHER in values:  # whatever was typed there
        picked |= Q(row=OTHER)
    return Answer.objects.filter(picked, item=item, trial=None)


def _holding_a_place(participant: Participant) -> QuerySet[Participant]:
    """Who has completed, or still may: whoever has done nothing for long gave their place back."""
    study = participant.study
    alike = study.participants.filter(pilot=participant.pilot, simulated=participant.simulated)
    return alike.holding_places(study)

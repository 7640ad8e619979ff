"""Numbered versions of a study, and replacing one by what a file says."""

import difflib
from collections import Counter
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import Count

from survey.models import Answer, Participant, Study, StudyVersion, TrackRating, Trial
from survey.study_files import (
    Source,
    add_study,
    changes,
    document_in,
    document_of,
    sha256_of,
    written,
)
from survey.study_files.schema import fields_of

from .refusal import NotAllowed
from .studies import obstacles_to_opening

User = AbstractBaseUser | AnonymousUser | None
# No study has it: an address has neither capitals nor an end like this one.
MEANWHILE = "IN-THE-MEANTIME-__"
# A participant goes on reading these as they were when they began.
KEPT_TEXTS = ("title", "summary", "debriefing", "contact")


def current_version(study: Study, user: User = None) -> StudyVersion:
    """The version that says what the study says now; a new one only if something changed."""
    with transaction.atomic():
        # Locked, so that two savers at once don't take the same number.
        Study.objects.select_for_update().get(pk=study.pk)
        document = document_of(study)
        digest = sha256_of(document)
        last = study.versions.order_by("number").last()
        if last and last.sha256 == digest:
            return last
        return study.versions.create(
            number=last.number + 1 if last else 1,
            document=document,
            sha256=digest,
            saved_by_id=getattr(user, "pk", None),
        )


def as_begun(participant: Participant) -> Study:
    """The participant's study, for reading, with the texts that they began with."""
    study = participant.study
    if participant.version is None:
        return study
    said = participant.version.document
    for name in KEPT_TEXTS:
        text = said.get(name, "")
        by_language = text if isinstance(text, dict) else {study.language: text}
        setattr(study, name, by_language.get(study.language, ""))
        for code, translation in by_language.items():
            if code != study.language and isinstance(study.translations.get(code), dict):
                study.translations[code][name] = translation
    return study


def difference(old: StudyVersion, new: StudyVersion) -> list[str]:
    """What changed, line by line of their files, with a few lines around it."""
    before, after = (written(version.document).splitlines() for version in (old, new))
    return list(difflib.unified_diff(before, after, str(old), str(new), lineterm="", n=2))[2:]


def collected(study: Study) -> changes.Data:
    """What changing the study would break."""
    name = ("item__instrument__key", "item__key")
    counts: Counter[str] = Counter()
    for rows in (
        Answer.objects.filter(participant__study=study),
        TrackRating.objects.filter(trial__participant__study=study),
    ):
        for instrument, item, n in rows.order_by().values_list(*name).annotate(n=Count("pk")):
            counts[f"{instrument}.{item}"] += n
    made = Trial.objects.filter(participant__study=study, playlist__isnull=False).order_by()
    playlists = dict(made.values_list("condition__name").annotate(n=Count("pk")))
    return changes.Data(study.participants.count(), counts, playlists)


def add_from_file(source: Source, user: User = None, *, replace: bool = False) -> Study:
    """A draft of what the file says, or the study of its address changed to that.

    Raises StudyFileError for what is wrong with the file, and NotAllowed for a change that would
    break what has been collected; then nothing is kept.
    """
    with transaction.atomic():
        slug = source.data["slug"]
        study = Study.objects.select_for_update().filter(slug=slug).first()
        if study and replace:
            _replace(study, source)
        else:
            study = add_study(source)
        current_version(study, user)
    return study


def try_out(source: Source) -> None:
    """Make the study and take it back: rows have their own word to say. Raises StudyFileError."""
    with transaction.atomic():
        add_study(source, slug=MEANWHILE)
        transaction.set_rollback(True)


def _replace(study: Study, source: Source) -> None:
    new = add_study(source, slug=MEANWHILE)
    refused = changes.refusals(document_of(study), document_in(source, new), collected(study))
    if refused:
        raise NotAllowed("\n".join(refused))
    begun = study.participants.exists()
    if begun:
        for condition in new.conditions.all():
            kept = study.conditions.filter(name=condition.name)
            kept.update(max_participants=condition.max_participants)
    else:
        study.conditions.all().delete()
        study.instruments.all().delete()
        new.conditions.update(study=study)
        new.instruments.update(study=study)
    said: dict[str, Any] = {f.name: getattr(new, f.name) for f in fields_of(Study)}
    new.delete()
    for name, value in {**said, "slug": study.slug}.items():
        setattr(study, name, value)
    study.save()
    obstacles = [] if study.is_draft or begun else obstacles_to_opening(study)
    if obstacles:
        raise NotAllowed("\n".join(obstacles))

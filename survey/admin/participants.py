"""Participants, their trials, and what they answered: for reading only."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from recommender.admin.shared import ReadOnlyAdmin, link
from survey.models import Answer, Participant, TrackRating, Trial
from survey.steps import where


class ShownInline(admin.TabularInline):
    """Rows that participants made, for reading only."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TrialInline(ShownInline):
    model = Trial
    fields = (
        "number",
        "details",
        "condition",
        "genre",
        "playlist_link",
        "chosen_at",
        "finished_at",
    )
    readonly_fields = fields

    @admin.display(description="trial")
    def details(self, trial: Trial) -> SafeString:
        return link(trial)

    @admin.display(description="playlist")
    def playlist_link(self, trial: Trial) -> SafeString:
        return link(trial.playlist)


class AnswerInline(ShownInline):
    model = Answer
    fields = ("item", "value", "trial", "answered_at")
    readonly_fields = fields


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    """Participants by pseudonym; the code they come back with is theirs alone and not shown."""

    list_display = (
        *("pseudonym", "study", "status", "doing", "created_at", "last_seen_at", "completed_at"),
        *("pilot", "simulated"),
    )
    list_filter = ("study", "status", "pilot", "simulated", "completed_at", "created_at")
    search_fields = ("pseudonym", "completion_code")
    list_select_related = ("study",)
    inlines = (TrialInline, AnswerInline)
    fields = (
        *("pseudonym", "study_link", "status", "doing", "consented_at", "consent_text"),
        *("created_at", "last_seen_at", "completed_at", "completion_code", "seed"),
        *("pilot", "simulated"),
    )
    readonly_fields = fields

    @admin.display(description="is at")
    def doing(self, participant: Participant) -> str:
        place = where(participant)
        return f"{place.step} {place.trial.number}" if place.trial else str(place.step)

    @admin.display(description="study")
    def study_link(self, participant: Participant) -> SafeString:
        return link(participant.study)


class RatingInline(ShownInline):
    model = TrackRating
    fields = ("position", "song", "item", "value", "rated_at", "changes")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrackRating]:
        return super().get_queryset(request).select_related("track__track", "item")

    @admin.display
    def position(self, rating: TrackRating) -> int:
        return rating.track.position

    @admin.display
    def song(self, rating: TrackRating) -> SafeString:
        return link(rating.track.track)


@admin.register(Trial)
class TrialAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "condition", "genre", "query", "n_ratings", "finished_at")
    list_filter = ("participant__study", "condition", "genre")
    search_fields = ("participant__pseudonym", "playlist__query_track__title")
    list_select_related = ("participant", "condition", "playlist__query_track")
    inlines = (RatingInline,)
    fields = (
        *("participant_link", "number", "condition", "genre", "query", "playlist_link"),
        *("chosen_at", "rated_at", "finished_at"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trial]:
        return super().get_queryset(request).annotate(given=Count("ratings"))

    @admin.display(description="ratings", ordering="given")
    def n_ratings(self, trial: Trial) -> int:
        return trial.given  # type: ignore[attr-defined]

    @admin.display(description="query song")
    def query(self, trial: Trial) -> SafeString:
        return link(trial.playlist.query_track if trial.playlist else None)

    @admin.display(description="playlist")
    def playlist_link(self, trial: Trial) -> SafeString:
        return link(trial.playlist)

    @admin.display(description="participant")
    def participant_link(self, trial: Trial) -> SafeString:
        return link(trial.participant)

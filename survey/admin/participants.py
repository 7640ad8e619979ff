"""Participants, their trials, and what they answered: for reading only."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from recommender.admin.shared import ReadOnlyAdmin, link
from survey import services
from survey.models import (
    Answer,
    Erasure,
    Flag,
    Participant,
    SoundCheck,
    TrackRating,
    Trial,
    TrialTrack,
)
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


class FlagInline(ShownInline):
    model = Flag
    fields = ("kind", "trial", "detail", "noted_at")
    readonly_fields = fields


class AnswerInline(ShownInline):
    model = Answer
    fields = ("item", "row", "value", "trial", "answered_at")
    readonly_fields = fields


class SoundCheckInline(ShownInline):
    model = SoundCheck
    fields = (
        *("passed", "n_right", "answers", "right_answers", "volume", "could_not_hear"),
        "finished_at",
    )
    readonly_fields = fields


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    """Participants by pseudonym; the code they come back with is theirs alone and not shown."""

    list_display = (
        *("pseudonym", "study", "status", "doing", "created_at", "last_seen_at", "completed_at"),
        *("pilot", "simulated"),
    )
    list_filter = ("study", "status", "pilot", "simulated", "flags__kind", "created_at")
    search_fields = ("pseudonym", "completion_code")
    list_select_related = ("study",)
    inlines = (TrialInline, SoundCheckInline, FlagInline, AnswerInline)
    fields = (
        *("pseudonym", "study_link", "status", "doing", "left_at", "left_because"),
        *("version", "language", "consented_at", "consent_text", "created_at", "last_seen_at"),
        *("completed_at", "completion_code", "seed", "simulated", "pilot"),
    )
    # How they came: who they are, perhaps, to whoever knows the list of links.
    fields_of_arrival = ("link", "identity", "parameters")
    readonly_fields = (*fields, *fields_of_arrival)
    actions = ("stop_on_request", "erase_on_request")

    def get_fields(self, request: HttpRequest, obj: Participant | None = None) -> tuple[str, ...]:
        may_know = request.user.has_perm("survey.change_participant")
        return self.fields + (self.fields_of_arrival if may_know else ())

    def has_stop_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("survey.change_participant")

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("survey.delete_participant")

    @admin.action(description="Stop taking part, on their request", permissions=["stop"])
    def stop_on_request(
        self, request: HttpRequest, chosen: QuerySet[Participant]
    ) -> HttpResponse | None:
        """Data so far are kept."""
        if "confirmed" not in request.POST:
            return self._ask(request, chosen, "stop_on_request", "Stop")
        for participant in chosen:
            services.stop(participant, Participant.LeftBecause.ON_REQUEST)
        self.message_user(request, "They have left; those who had completed stay completed.")
        return None

    @admin.action(description="Erase everything, on their request", permissions=["erase"])
    def erase_on_request(
        self, request: HttpRequest, chosen: QuerySet[Participant]
    ) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, chosen, "erase_on_request", "Erase")
        receipts = [
            services.erase(participant, by_participant=False).spoken_receipt
            for participant in chosen
        ]
        self.message_user(request, f"Erased. Receipts to pass on: {', '.join(receipts)}.")
        return None

    def _ask(
        self, request: HttpRequest, chosen: QuerySet[Participant], action: str, verb: str
    ) -> HttpResponse:
        context = {
            **admin.site.each_context(request),
            **{"title": f"{verb} on request", "opts": self.model._meta, "verb": verb},
            **{"participants": chosen, "action": action, "erases": verb == "Erase"},
        }
        return render(request, "admin/survey/leave_on_request.html", context)

    @admin.display(description="is at")
    def doing(self, participant: Participant) -> str:
        place = where(participant)
        return f"{place.step} {place.trial.number}" if place.trial else str(place.step)

    @admin.display(description="study")
    def study_link(self, participant: Participant) -> SafeString:
        return link(participant.study)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """That somebody had everything erased; who it was, nobody knows."""

    list_display = ("spoken_receipt", "study", "erased_at", "by_participant")
    list_filter = ("study", "by_participant")
    search_fields = ("receipt",)
    list_select_related = ("study",)
    fields = ("study", "spoken_receipt", "erased_at", "by_participant", "rows")
    readonly_fields = fields

    @admin.display(description="receipt")
    def spoken_receipt(self, erasure: Erasure) -> str:
        return erasure.spoken_receipt


class RatingInline(ShownInline):
    model = TrackRating
    fields = ("position", "song", "role", "item", "value", "rated_at", "changes")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrackRating]:
        return super().get_queryset(request).select_related("track__track", "item")

    @admin.display
    def position(self, rating: TrackRating) -> int:
        return rating.track.position

    @admin.display
    def role(self, rating: TrackRating) -> str:
        return TrialTrack.Role(rating.track.role).label

    @admin.display
    def song(self, rating: TrackRating) -> SafeString:
        return link(rating.track.track)


@admin.register(Trial)
class TrialAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "condition", "genre", "query", "n_ratings", "finished_at")
    list_filter = ("participant__study", "condition", "genre")
    search_fields = ("participant__pseudonym", "playlist__query_track__title")
    list_select_related = (
        *("participant", "condition", "playlist__query_track", "playlist__query_song"),
    )
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
        return link(trial.playlist.query if trial.playlist else None)

    @admin.display(description="playlist")
    def playlist_link(self, trial: Trial) -> SafeString:
        return link(trial.playlist)

    @admin.display(description="participant")
    def participant_link(self, trial: Trial) -> SafeString:
        return link(trial.participant)

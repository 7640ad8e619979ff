"""Studies and participants as JSON, for researchers who may see them in admin; read-only."""

from django.db.models import Count, Q
from rest_framework import serializers

from recommender.api import ReadOnlyViewSet

from .models import Condition, Participant, Study, Trial

IN_EARNEST = Q(participants__pilot=False)
COMPLETED = Q(participants__status=Participant.Status.COMPLETED)


class ConditionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Condition
        fields = ("id", "name", "strategy", "params", "max_participants")


class StudySerializer(serializers.ModelSerializer):
    """Counts are of those who take part in earnest; pilot participants have their own."""

    conditions = ConditionSerializer(many=True)
    n_begun = serializers.IntegerField()
    n_completed = serializers.IntegerField()
    n_pilot = serializers.IntegerField()

    class Meta:
        model = Study
        fields = (
            *("id", "slug", "title", "state", "paused_because", "genres"),
            *("design", "n_trials", "query", "balance_genres", "seed"),
            *("max_participants", "opens_at", "closes_at"),
            *("n_begun", "n_completed", "n_pilot", "conditions"),
        )


class TrialSerializer(serializers.ModelSerializer):
    condition = serializers.CharField(source="condition.name", default=None)

    class Meta:
        model = Trial
        fields = (
            *("number", "condition", "genre", "playlist"),
            *("chosen_at", "rated_at", "finished_at"),
        )


class ParticipantSerializer(serializers.ModelSerializer):
    """By pseudonym: the code with which somebody comes back is nobody else's business."""

    trials = TrialSerializer(many=True)

    class Meta:
        model = Participant
        fields = (
            *("id", "pseudonym", "study", "status", "created_at", "last_seen_at", "completed_at"),
            *("pilot", "simulated", "trials"),
        )


class StudyViewSet(ReadOnlyViewSet):
    queryset = Study.objects.prefetch_related("conditions").annotate(
        n_begun=Count("participants", filter=IN_EARNEST),
        n_completed=Count("participants", filter=IN_EARNEST & COMPLETED),
        n_pilot=Count("participants", filter=Q(participants__pilot=True)),
    )
    serializer_class = StudySerializer


class ParticipantViewSet(ReadOnlyViewSet):
    queryset = Participant.objects.prefetch_related("trials__condition")
    serializer_class = ParticipantSerializer

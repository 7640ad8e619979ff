"""Studies and participants as JSON, for researchers who may see them in admin; read-only."""

from rest_framework import serializers

from recommender.api import ReadOnlyViewSet

from .models import Condition, Participant, Study, Trial


class ConditionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Condition
        fields = ("id", "name", "strategy", "params")


class StudySerializer(serializers.ModelSerializer):
    conditions = ConditionSerializer(many=True)

    class Meta:
        model = Study
        fields = ("id", "slug", "title", "state", "genres", "n_trials", "seed", "conditions")


class TrialSerializer(serializers.ModelSerializer):
    condition = serializers.CharField(source="condition.name")

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
        fields = ("id", "pseudonym", "study", "created_at", "completed_at", "simulated", "trials")


class StudyViewSet(ReadOnlyViewSet):
    queryset = Study.objects.prefetch_related("conditions")
    serializer_class = StudySerializer


class ParticipantViewSet(ReadOnlyViewSet):
    queryset = Participant.objects.prefetch_related("trials__condition")
    serializer_class = ParticipantSerializer

"""Each track that was shown gets a row of its own, and ratings and listening move to it.

Also: who completed says so, and studies that gave their conditions in turn are within subjects.
"""

from django.db import migrations
from django.db.models import Count, OuterRef, Subquery


def show_tracks(apps, schema_editor) -> None:
    Trial, TrialTrack = (apps.get_model("survey", name) for name in ("Trial", "TrialTrack"))
    trials = Trial.objects.exclude(playlist=None).prefetch_related("playlist__entries")
    for trial in trials.iterator(chunk_size=500):
        TrialTrack.objects.bulk_create(
            TrialTrack(
                trial_id=trial.pk, position=e.position, track_id=e.track_id, entry_id=e.pk,
                role="recommended",
            )
            for e in trial.playlist.entries.all()
        )  # fmt: skip
    shown = Subquery(TrialTrack.objects.filter(entry=OuterRef("entry")).values("pk")[:1])
    for name in ("TrackRating", "ListeningEvent"):
        apps.get_model("survey", name).objects.update(track=shown)


def hide_tracks(apps, schema_editor) -> None:
    apps.get_model("survey", "TrialTrack").objects.all().delete()


def say_who_completed(apps, schema_editor) -> None:
    Participant = apps.get_model("survey", "Participant")
    Participant.objects.exclude(completed_at=None).update(status="completed")
    Study = apps.get_model("survey", "Study")
    several = Study.objects.annotate(n=Count("conditions")).filter(n__gt=1, n_trials__gt=1)
    Study.objects.filter(pk__in=list(several.values_list("pk", flat=True))).update(design="within")


class Migration(migrations.Migration):
    dependencies = [("survey", "0005_designs")]
    operations = [
        migrations.RunPython(show_tracks, hide_tracks),
        migrations.RunPython(say_who_completed, migrations.RunPython.noop),
    ]

"""Studies of several playlists and conditions went through the conditions in turn so far."""

from django.db import migrations
from django.db.models import Count


def say_within(apps, schema_editor) -> None:
    studies = apps.get_model("survey", "Study").objects.filter(n_trials__gt=1)
    several = studies.annotate(n=Count("conditions")).filter(n__gt=1)
    studies.filter(pk__in=list(several.values_list("pk", flat=True))).update(design="within")


class Migration(migrations.Migration):
    dependencies = [("survey", "0007_heard_tracks")]
    operations = [migrations.RunPython(say_within, migrations.RunPython.noop)]

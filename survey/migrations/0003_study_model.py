"""A study keeps the model that it began with; those that are under way get the one in use."""

import django.db.models.deletion
from django.db import migrations, models


def keep_models(apps, schema_editor) -> None:
    """The model of a study's first playlist, or the active one where there is none yet."""
    Study = apps.get_model("survey", "Study")
    Playlist = apps.get_model("recommender", "Playlist")
    active = apps.get_model("recommender", "GenreModel").objects.filter(active=True).first()
    for study in Study.objects.exclude(state="draft"):
        used = Playlist.objects.filter(trial__participant__study=study).order_by("pk").first()
        study.model_id = used.model_id if used else active and active.pk
        if study.model_id is None:  # nobody can have been given a playlist
            study.state = "draft"
        study.save(update_fields=["model", "state"])


class Migration(migrations.Migration):
    dependencies = [("recommender", "0002_model_versions"), ("survey", "0002_cache_table")]
    operations = [
        migrations.AddField(
            model_name="study",
            name="model",
            field=models.ForeignKey(
                blank=True,
                help_text="The one that was active when the study was first opened.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="studies",
                to="recommender.genremodel",
            ),
        ),
        migrations.RunPython(keep_models, migrations.RunPython.noop),
    ]

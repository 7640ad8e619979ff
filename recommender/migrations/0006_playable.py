from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def decide_again(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the background task look once more at files that were played by their container alone;
    until then, those are left out that some browsers are known not to play."""
    Track = apps.get_model("recommender", "Track")
    files = Track.objects.filter(rendition="")
    files.update(loudness_target=None)
    for end in ("ogg", "opus", "m4a", "aac"):
        files.filter(file__endswith=f".{end}").update(playable=False)


class Migration(migrations.Migration):
    dependencies = [("recommender", "0005_loudness")]

    operations = [
        migrations.AddField(
            model_name="track",
            name="playable",
            field=models.BooleanField(
                default=True,
                help_text="Whether all browsers are known to play the file itself; off: they get a copy.",
            ),
        ),
        migrations.RunPython(decide_again, migrations.RunPython.noop),
    ]

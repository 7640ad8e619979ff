"""Apart from what fills the columns: PostgreSQL alters no table whose rows just changed."""

import django.db.models.deletion
from django.db import migrations, models


def of_a_track(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related_name,
        to="survey.trialtrack",
    )


class Migration(migrations.Migration):
    dependencies = [("survey", "0006_what_was_heard")]
    operations = [
        migrations.RemoveField(model_name="trackrating", name="entry"),
        migrations.RemoveField(model_name="listeningevent", name="entry"),
        migrations.AlterField("trackrating", "track", of_a_track("ratings")),
        migrations.AlterField("listeningevent", "track", of_a_track("listening")),
    ]

from django.db import migrations, models

KINDS = [
    ("heard", "heard from start to end"),
    ("play", "pressed play"),
    ("seek", "moved from start to end"),
    ("volume", "set the volume"),
    ("hidden", "had the page in the background, in seconds"),
    ("unheard", "could not hear it"),
]


class Migration(migrations.Migration):
    dependencies = [("survey", "0008_within")]
    operations = [
        migrations.AlterField(
            model_name="listeningevent",
            name="kind",
            field=models.CharField(choices=KINDS, default="heard", max_length=10),
        )
    ]

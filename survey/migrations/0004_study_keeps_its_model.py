"""Apart from what fills the column: PostgreSQL alters no table whose rows just changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("survey", "0003_study_model")]
    operations = [
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("model__isnull", False), _connector="OR"),
                name="study_keeps_the_model_it_began_with",
            ),
        ),
    ]

"""Life cycle, designs, more kinds of questions, listening, quality, recruitment and rights."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import survey.models.participants


class Migration(migrations.Migration):
    dependencies = [
        ("recommender", "0003_mfcc"),
        ("survey", "0005_own_songs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "receipt",
                    models.CharField(
                        default=survey.models.participants.new_code,
                        editable=False,
                        max_length=20,
                        unique=True,
                    ),
                ),
                ("erased_at", models.DateTimeField(auto_now_add=True)),
                (
                    "rows",
                    models.JSONField(default=dict, help_text="How many of each kind were erased."),
                ),
                (
                    "by_participant",
                    models.BooleanField(default=True, help_text="Else by a researcher."),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Flag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("straight_lining", "every track rated the same"),
                            ("too_fast", "rated too fast"),
                            ("little_heard", "too little heard"),
                            ("failed_check", "attention check failed"),
                            ("sound_check", "sound check failed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("noted_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["participant", "trial", "kind"],
            },
        ),
        migrations.CreateModel(
            name="PersonalLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=survey.models.participants.new_code,
                        editable=False,
                        max_length=20,
                        unique=True,
                    ),
                ),
                (
                    "label",
                    models.CharField(blank=True, help_text="For whom it is.", max_length=100),
                ),
                (
                    "uses",
                    models.PositiveIntegerField(
                        default=1, help_text="How many people can begin with it; 0: any number."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["study", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RatingChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.SmallIntegerField(null=True)),
                ("rated_at", models.DateTimeField(help_text="When this value was given.")),
            ],
            options={
                "ordering": ["rating", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SoundCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "volume",
                    models.FloatField(blank=True, help_text="The player's, 0 to 1.", null=True),
                ),
                (
                    "answers",
                    models.JSONField(
                        blank=True, default=list, help_text="Which of three was softest."
                    ),
                ),
                ("right_answers", models.JSONField(blank=True, default=list)),
                ("n_right", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "passed",
                    models.BooleanField(help_text="Empty: there was nothing to pass.", null=True),
                ),
                ("could_not_hear", models.BooleanField(default=False)),
                ("finished_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["participant", "pk"],
            },
        ),
        migrations.CreateModel(
            name="StudyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("document", models.JSONField(help_text="The study's file, as data.")),
                ("sha256", models.CharField(help_text="Of the document.", max_length=64)),
                ("saved_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["study", "number"],
            },
        ),
        migrations.CreateModel(
            name="TrialTrack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(help_text="In the order of hearing, from 1."),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("recommended", "of the playlist"),
                            ("repeat", "of the playlist, a second time"),
                            ("query", "the query song, hidden"),
                            ("random", "a random track, hidden"),
                        ],
                        default="recommended",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["trial", "position"],
            },
        ),
        migrations.AlterModelOptions(
            name="answer",
            options={"ordering": ["participant", "trial", "item", "row"]},
        ),
        migrations.AlterModelOptions(
            name="listeningevent",
            options={"ordering": ["track", "pk"]},
        ),
        migrations.AlterModelOptions(
            name="trackrating",
            options={"ordering": ["trial", "track__position", "item"]},
        ),
        migrations.RemoveConstraint(
            model_name="answer",
            name="one_answer_a_participant_and_item",
        ),
        migrations.RemoveConstraint(
            model_name="answer",
            name="one_answer_a_trial_and_item",
        ),
        migrations.RemoveConstraint(
            model_name="listeningevent",
            name="heard_forward",
        ),
        migrations.RemoveConstraint(
            model_name="trackrating",
            name="one_rating_a_track_and_item",
        ),
        migrations.RemoveConstraint(
            model_name="trackrating",
            name="rating_on_the_scale",
        ),
        migrations.AddField(
            model_name="answer",
            name="row",
            field=models.CharField(
                blank=True, help_text="Of a matrix, differential, choice or ranking.", max_length=50
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="max_participants",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Between subjects: who completes it counts. Empty: no limit.",
                null=True,
                verbose_name="participants at most",
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="randomised",
            field=models.BooleanField(
                default=False, help_text="Its questions come in an order of each participant's own."
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="scoring",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='Scores made of it: [{"scale": "sus", "items": […], "method": "sus"}].',
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="translations",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="item",
            name="bounds",
            field=models.JSONField(
                blank=True, default=list, help_text="Slider: [lowest, highest], such as [0, 100]."
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="dont_know",
            field=models.BooleanField(
                default=False,
                help_text="Apart from the scale.",
                verbose_name="“don't know” is offered",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="other",
            field=models.BooleanField(
                default=False, help_text="With a text field.", verbose_name="“other” is offered"
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="right_answer",
            field=models.CharField(
                blank=True, help_text="Makes it an attention check; as answered.", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="rows",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='Matrix: {"key": "text", …}. Semantic differential: {"key": ["left", "right"]}.',
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="shown_if",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text='Only after a certain answer: {"item": "background.device", "is": ["…"]}.',
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="translations",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="listeningevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("heard", "heard from start to end"),
                    ("play", "pressed play"),
                    ("seek", "moved from start to end"),
                    ("volume", "set the volume"),
                    ("hidden", "had the page in the background, in seconds"),
                ],
                default="heard",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="listeningevent",
            name="value",
            field=models.FloatField(blank=True, help_text="A volume (0–1), or seconds.", null=True),
        ),
        migrations.AddField(
            model_name="participant",
            name="identity",
            field=models.CharField(
                blank=True,
                help_text="By which a recruiting service knows them; never exported.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="language",
            field=models.CharField(
                blank=True, help_text="They read the study in it.", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="last_seen_at",
            field=models.DateTimeField(blank=True, help_text="Last did something.", null=True),
        ),
        migrations.AddField(
            model_name="participant",
            name="left_at",
            field=models.DateTimeField(
                blank=True, help_text="Screened out, or withdrawn without erasing.", null=True
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="parameters",
            field=models.JSONField(
                blank=True, default=dict, help_text="Kept from the address that they came with."
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="pilot",
            field=models.BooleanField(
                default=False, help_text="Began while the study was a pilot."
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="status",
            field=models.CharField(
                choices=[
                    ("active", "taking part"),
                    ("completed", "completed"),
                    ("screened_out", "screened out"),
                    ("withdrawn", "withdrawn"),
                ],
                default="active",
                max_length=15,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="abandoned_after_minutes",
            field=models.PositiveIntegerField(
                default=120,
                help_text="Somebody who has done nothing for so long gives their place in the design back; they may still come back and finish.",
                validators=[django.core.validators.MinValueValidator(5)],
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="balance_genres",
            field=models.BooleanField(
                default=False, help_text="Balance the conditions within each genre that is picked."
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="closes_at",
            field=models.DateTimeField(blank=True, help_text="Nobody can begin after.", null=True),
        ),
        migrations.AddField(
            model_name="study",
            name="completion_code",
            field=models.CharField(
                blank=True, help_text="The same for all; empty: everybody's own.", max_length=50
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="completion_url",
            field=models.CharField(
                blank=True,
                help_text="Where the last page leads; {code} is filled in.",
                max_length=500,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="design",
            field=models.CharField(
                choices=[
                    ("between", "Between subjects: every participant has one condition"),
                    ("within", "Within subjects: every participant has all conditions"),
                ],
                default="between",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="flag_failed_checks",
            field=models.BooleanField(
                default=True, help_text="Mark participants who fail an attention check."
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="flag_heard_share",
            field=models.FloatField(
                blank=True,
                default=0.2,
                help_text="Mark playlists of which a smaller share was heard. Empty: never.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="flag_seconds_a_track",
            field=models.FloatField(
                blank=True,
                default=5.0,
                help_text="Mark playlists that were rated faster than this on average. Empty: never.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="flag_straight_lining",
            field=models.BooleanField(
                default=True, help_text="Mark participants who give every track the same rating."
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="full_url",
            field=models.CharField(
                blank=True, help_text="Where those who come too late are led.", max_length=500
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="headphones_pass",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text="Right answers, of six, that pass the headphone test.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(6),
                ],
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="heard_share",
            field=models.FloatField(
                default=0.5,
                help_text="Of each track, to be heard before rating it, where the study asks for a share.",
                validators=[
                    django.core.validators.MinValueValidator(0.05),
                    django.core.validators.MaxValueValidator(1),
                ],
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="identity_parameter",
            field=models.CharField(
                blank=True,
                help_text="The parameter of the address that tells people apart, such as PROLIFIC_PID.",
                max_length=50,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="kept_parameters",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='Other parameters to keep, such as ["STUDY_ID", "SESSION_ID"].',
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="language",
            field=models.CharField(
                default="en", help_text="Of the texts here, such as en or de.", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="listening",
            field=models.CharField(
                choices=[
                    ("free", "Free: rate whenever, play as often as wanted"),
                    ("share", "A share of the track has to be heard before it is rated"),
                    ("once", "Each track plays once, without seeking"),
                ],
                default="free",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="max_participants",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="The study pauses by itself once so many have completed. Empty: no limit.",
                null=True,
                verbose_name="participants at most",
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="open_link",
            field=models.BooleanField(
                default=True,
                help_text="Whoever has the address can take part; else personal links alone.",
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="opens_at",
            field=models.DateTimeField(blank=True, help_text="Nobody can begin before.", null=True),
        ),
        migrations.AddField(
            model_name="study",
            name="paused_because",
            field=models.CharField(
                blank=True, help_text="Why it paused by itself.", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="query",
            field=models.CharField(
                choices=[
                    ("new", "A new query song for each playlist"),
                    ("same", "The same query song for all of a participant's playlists"),
                ],
                default="new",
                max_length=10,
                verbose_name="query song",
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="query_anchor",
            field=models.BooleanField(
                default=False, help_text="The query song is hidden in each playlist: a high anchor."
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="quotas",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='How many at most: [{"item": "background.device", "is": ["…"], "most": 20}].',
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="random_anchor",
            field=models.BooleanField(
                default=False, help_text="A random track is hidden in each playlist: a low anchor."
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="repeat_track",
            field=models.BooleanField(
                default=False, help_text="One track comes twice in each playlist: consistency."
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="screen_out",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='Who can\'t take part: [{"item": "background.device", "is": ["Loudspeakers"]}].',
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="screen_out_code",
            field=models.CharField(blank=True, max_length=50),
        ),
        migrations.AddField(
            model_name="study",
            name="screen_out_url",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="study",
            name="sound_check",
            field=models.CharField(
                choices=[
                    ("none", "None"),
                    ("volume", "Setting the volume with a reference tone"),
                    ("headphones", "Setting the volume, then a headphone test"),
                ],
                default="none",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="sound_check_failed",
            field=models.CharField(
                choices=[
                    ("continue", "Goes on; the result is kept"),
                    ("screen_out", "Ends with the screen-out page"),
                ],
                default="continue",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="titles",
            field=models.CharField(
                choices=[
                    ("shown", "Title and artist are shown"),
                    ("revealed", "Title and artist are shown once the track is rated"),
                    ("hidden", "Title and artist are hidden"),
                ],
                default="shown",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="track_order",
            field=models.CharField(
                choices=[
                    ("recommended", "As recommended, nearest first"),
                    ("random", "In random order"),
                ],
                default="recommended",
                max_length=15,
            ),
        ),
        migrations.AddField(
            model_name="study",
            name="translations",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text='The texts in other languages: {"de": {"title": "…", "summary": "…"}}.',
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="kind",
            field=models.CharField(
                choices=[
                    ("likert", "Scale with labelled points"),
                    ("stars", "Stars"),
                    ("slider", "Slider"),
                    ("choice", "Single choice"),
                    ("multiple", "Multiple choice"),
                    ("yes_no", "Yes or no"),
                    ("ranking", "Ranking"),
                    ("matrix", "Several scales with the same points"),
                    ("differential", "Semantic differential: pairs of opposites"),
                    ("number", "Number"),
                    ("text", "Short text"),
                    ("long_text", "Long text"),
                    ("information", "Text without a question"),
                ],
                default="likert",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="options",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Scale: the labels from 1 up. Choice, ranking: the options. Stars: the labels. Slider: the labels of its ends. Number: [lowest, highest].",
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="text",
            field=models.CharField(max_length=2000, verbose_name="question"),
        ),
        migrations.AlterField(
            model_name="listeningevent",
            name="end_s",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="listeningevent",
            name="start_s",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="participant",
            name="completion_code",
            field=models.CharField(
                default=survey.models.participants.new_completion_code,
                editable=False,
                max_length=50,
            ),
        ),
        migrations.AlterField(
            model_name="study",
            name="n_trials",
            field=models.PositiveSmallIntegerField(
                default=1,
                help_text="Within subjects: a multiple of the number of conditions.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(20),
                ],
                verbose_name="playlists a participant",
            ),
        ),
        migrations.AlterField(
            model_name="study",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft: only researchers see it; everything can be changed"),
                    ("pilot", "Pilot: people take part with the address; their data are marked"),
                    ("open", "Open: people take part; the questions are fixed"),
                    ("paused", "Paused: nobody can begin for now; those who began may finish"),
                    ("closed", "Closed: nobody can begin; those who began may finish"),
                    ("archived", "Archived: nobody can begin or go on; everything is kept"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="trackrating",
            name="value",
            field=models.SmallIntegerField(
                help_text="The point of the scale, from 1; a slider's number. Empty: don't know.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="trial",
            name="condition",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty until a genre is picked, where conditions are balanced by genre.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trials",
                to="survey.condition",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("trial__isnull", True)),
                fields=("participant", "item", "row"),
                name="one_answer_a_participant_and_item",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                fields=("trial", "item", "row"), name="one_answer_a_trial_and_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opens_at", None),
                    ("closes_at", None),
                    ("closes_at__gt", models.F("opens_at")),
                    _connector="OR",
                ),
                name="study_closes_after_it_opens",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("playlist__isnull", True), ("condition__isnull", False), _connector="OR"
                ),
                name="a_playlist_has_a_condition",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="erasures",
                to="survey.study",
            ),
        ),
        migrations.AddField(
            model_name="flag",
            name="participant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="flags",
                to="survey.participant",
            ),
        ),
        migrations.AddField(
            model_name="flag",
            name="trial",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="flags",
                to="survey.trial",
            ),
        ),
        migrations.AddField(
            model_name="personallink",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="links", to="survey.study"
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="link",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="participants",
                to="survey.personallink",
            ),
        ),
        migrations.AddField(
            model_name="ratingchange",
            name="rating",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="history",
                to="survey.trackrating",
            ),
        ),
        migrations.AddField(
            model_name="soundcheck",
            name="participant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sound_checks",
                to="survey.participant",
            ),
        ),
        migrations.AddField(
            model_name="studyversion",
            name="saved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="studyversion",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="survey.study",
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="version",
            field=models.ForeignKey(
                help_text="Of the study, as it was when they began.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="participants",
                to="survey.studyversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("identity", ""), _negated=True),
                fields=("study", "identity"),
                name="one_participant_an_identity",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "completed"), _negated=True),
                    ("completed_at__isnull", False),
                    _connector="OR",
                ),
                name="completed_participants_have_a_time",
            ),
        ),
        migrations.AddField(
            model_name="trialtrack",
            name="entry",
            field=models.ForeignKey(
                blank=True,
                help_text="Its place in the playlist.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shown",
                to="recommender.playlisttrack",
            ),
        ),
        migrations.AddField(
            model_name="trialtrack",
            name="track",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="recommender.track",
            ),
        ),
        migrations.AddField(
            model_name="trialtrack",
            name="trial",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tracks",
                to="survey.trial",
            ),
        ),
        migrations.AddField(
            model_name="listeningevent",
            name="track",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="listening",
                to="survey.trialtrack",
            ),
        ),
        migrations.AddField(
            model_name="trackrating",
            name="track",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ratings",
                to="survey.trialtrack",
            ),
        ),
        migrations.AddConstraint(
            model_name="listeningevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "heard"), _negated=True),
                    models.Q(("start_s__gte", 0), ("end_s__gt", models.F("start_s"))),
                    _connector="OR",
                ),
                name="heard_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="trackrating",
            constraint=models.UniqueConstraint(
                fields=("track", "item"), name="one_rating_a_track_and_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.UniqueConstraint(
                fields=("participant", "trial", "kind"),
                name="one_flag_a_kind",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="studyversion",
            constraint=models.UniqueConstraint(
                fields=("study", "number"), name="one_version_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="studyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="versions_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="trialtrack",
            constraint=models.UniqueConstraint(
                fields=("trial", "position"), name="one_track_a_position_of_a_trial"
            ),
        ),
        migrations.AddConstraint(
            model_name="trialtrack",
            constraint=models.UniqueConstraint(
                fields=("trial", "track", "role"), name="a_track_once_a_role_of_a_trial"
            ),
        ),
        migrations.AddConstraint(
            model_name="trialtrack",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1)), name="trial_tracks_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="trialtrack",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role__in", ("query", "random")), ("entry__isnull", True)),
                    models.Q(("role__in", ("recommended", "repeat")), ("entry__isnull", False)),
                    _connector="OR",
                ),
                name="tracks_of_the_playlist_have_a_place_in_it",
            ),
        ),
    ]

"""A participant's own song as the query song, where the study allows it."""

from datetime import timedelta

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from recommender import own_songs
from recommender.models import Playlist, QuerySong

from .models import Study, Trial
from .services import NotAllowed, choose_query, model_of

# Who has not finished by then won't: their file is deleted as if they had.
LONGEST_WAY = timedelta(days=30)


def choose_own_song(trial: Trial, upload: TemporaryUploadedFile, container: str) -> Playlist:
    """Keep a participant's own song and request its playlist; if the trial has one, that stays."""
    study = trial.participant.study
    if not study.own_songs:
        raise NotAllowed(_("In this study you choose from the songs shown."))

    def take(trial: Trial) -> QuerySong:
        until_finished = study.own_song_files == Study.OwnSongFiles.WHEN_FINISHED
        return own_songs.take(
            upload,
            container,
            model=model_of(study),
            genre=trial.genre,
            keep_file=study.own_song_files != Study.OwnSongFiles.ONCE_HEARD,
            keep_until=timezone.now() + LONGEST_WAY if until_finished else None,
        )

    return choose_query(trial, take)

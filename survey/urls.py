"""Addresses of participants' pages. None holds an id: whose page it is, the session knows."""

from django.urls import URLPattern, URLResolver, include, path

from .views import (
    arriving,
    audio,
    joining,
    language,
    leaving,
    listening,
    own_data,
    own_song,
    schema,
    songs,
    sound,
    trials,
)

app_name = "survey"

trial_patterns: list[URLPattern | URLResolver] = [
    path("genre/", trials.genre, name="genre"),
    path("song/", songs.song, name="song"),
    path("own-song/", own_song.own_song, name="own_song"),
    path("own-song/audio/", own_song.own_audio, name="own_audio"),
    path("wait/", trials.wait, name="wait"),
    path("listen/", trials.listen, name="listen"),
    path("listen/<int:position>/", trials.rate, name="rate"),
    path("listen/<int:position>/unheard/", trials.unheard, name="unheard"),
    path("heard/", listening.heard, name="heard"),
    path("survey/", trials.survey, name="survey"),
]

study_patterns: list[URLPattern | URLResolver] = [
    path("", joining.study, name="study"),
    path("join/<str:token>/", arriving.join, name="join"),
    path("language/", language.language, name="language"),
    path("consent/", joining.consent, name="consent"),
    path("register/", joining.register, name="register"),
    path("code/", joining.code, name="code"),
    path("resume/", joining.resume, name="resume"),
    path("continue/", joining.go_on, name="continue"),
    path("sound/", sound.check, name="sound"),
    path("sound/noise/", sound.noise, name="noise"),
    path("sound/<slug:key>/<int:attempt>/<int:number>/", sound.tones, name="tones"),
    path("playlist/<int:number>/", include(trial_patterns)),
    path("end/", trials.end, name="end"),
    path("thanks/", trials.thanks, name="thanks"),
    path("leave/", leaving.leave, name="leave"),
    path("left/", leaving.left, name="left"),
    path("erased/", leaving.erased, name="erased"),
    path("erased/receipt.txt", leaving.receipt, name="receipt"),
    path("my-data/", own_data.my_data, name="my-data"),
    path("my-data/download/", own_data.download, name="my-data-download"),
    path("audio/<uuid:key>/", audio.audio, name="audio"),
]

urlpatterns = [
    path("", joining.home, name="home"),
    path("study.schema.json", schema.study_schema, name="study-schema"),
    path("s/<slug:slug>/", include(study_patterns)),
]

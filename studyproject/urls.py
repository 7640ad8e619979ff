from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import APIRootView, DefaultRouter

from analysis.api import ReportViewSet
from recommender.api import PlaylistViewSet, TrackViewSet
from recommender.parameters import KnownParameters
from survey.api import ParticipantViewSet, StudyViewSet

from .views import health


class Root(KnownParameters, APIRootView):
    """The lists that there are."""


class Schema(KnownParameters, SpectacularAPIView):
    """All this as OpenAPI."""

    parameters = ("format", "lang", "version")


handler400 = "survey.views.trouble.refused"
handler500 = "survey.views.trouble.failed"

api = DefaultRouter()
api.APIRootView = Root
api.register("tracks", TrackViewSet)
api.register("playlists", PlaylistViewSet)
api.register("studies", StudyViewSet)
api.register("participants", ParticipantViewSet)
api.register("reports", ReportViewSet)

urlpatterns = [
    path("", include("survey.urls")),
    path("analysis/", include("analysis.urls")),
    path("admin/", admin.site.urls),
    path("api/schema/", Schema.as_view(), name="schema"),
    path("api/", include(api.urls)),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}studyproject/icon.svg")),
    path("health/", health, name="health"),
]

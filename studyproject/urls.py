from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from analysis.api import ReportViewSet
from recommender.api import PlaylistViewSet, TrackViewSet
from survey.api import ParticipantViewSet, StudyViewSet

from .views import health

api = DefaultRouter()
api.register("tracks", TrackViewSet)
api.register("playlists", PlaylistViewSet)
api.register("studies", StudyViewSet)
api.register("participants", ParticipantViewSet)
api.register("reports", ReportViewSet)

urlpatterns = [
    path("", include("survey.urls")),
    path("analysis/", include("analysis.urls")),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/", include(api.urls)),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}studyproject/icon.svg")),
    path("health/", health, name="health"),
]

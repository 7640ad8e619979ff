from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from .views import health

urlpatterns = [
    path("", include("survey.urls")),
    path("analysis/", include("analysis.urls")),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}studyproject/icon.svg")),
    path("health/", health, name="health"),
]

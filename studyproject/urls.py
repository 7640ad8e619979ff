from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from .views import health

urlpatterns = [
    path("", include("survey.urls")),
    path("analysis/", include("analysis.urls")),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("health/", health, name="health"),
]

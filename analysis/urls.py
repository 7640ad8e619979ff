from django.contrib import admin
from django.urls import path

from . import views

app_name = "analysis"
urlpatterns = [
    path("studies/<int:pk>/", admin.site.admin_view(views.request_report), name="request"),
    path("reports/<int:pk>/", admin.site.admin_view(views.report), name="report"),
    path("reports/<int:pk>/alone/", admin.site.admin_view(views.alone), name="alone"),
    path("reports/<int:pk>/download/", admin.site.admin_view(views.download), name="download"),
]

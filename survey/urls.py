from django.urls import URLPattern, path

app_name = "survey"
urlpatterns: list[URLPattern] = []

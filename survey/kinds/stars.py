"""Stars, from one up."""

from survey.questions import widgets

from .kind import Rating


class Stars(Rating):
    name, label, place = "stars", "Stars", 1
    needs = "options: the labels from one star up"
    widget = widgets.Stars


KIND = Stars()

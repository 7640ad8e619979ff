"""A scale with labelled points."""

from survey.questions import widgets

from .kind import Rating


class Likert(Rating):
    name, label, place = "likert", "Scale with labelled points", 0
    needs = "options: the labels from 1 up"
    widget = widgets.Scale


KIND = Likert()

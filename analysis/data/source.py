"""What of a study's design the tables and the manifest follow."""

from dataclasses import dataclass

import pandas as pd

from survey.models import Instrument, Study

from . import frames
from .column import Column
from .exclusions import Marks, marks
from .scales import FAMILIAR, Scale, scales
from .study_library import Library, library


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What of the study's design the tables follow. `people` are how participants stand, `marks`
    whom and what each rule of exclusion would leave out."""

    study: Study
    conditions: list[str]
    track_scales: list[Scale]
    playlist_scales: list[Scale]
    library: Library
    people: pd.DataFrame
    marks: Marks
    pilot: bool = False

    @property
    def scales(self) -> dict[str, list[Scale]]:
        return {"ratings": self.track_scales, "playlist_ratings": self.playlist_scales}

    @property
    def items(self) -> dict[str, list[Column]]:
        """The study's own columns, by file."""
        own = [scale.column for scale in self.track_scales]
        of_tracks = [column for column in own if column.name != FAMILIAR]
        return {
            "ratings": of_tracks,
            "hidden_tracks": of_tracks,
            "playlist_ratings": [scale.column for scale in self.playlist_scales],
        }


def source(study: Study, *, pilot: bool = False) -> Source:
    people = frames.people(study, pilot=pilot)
    return Source(
        study,
        list(study.conditions.order_by("pk").values_list("name", flat=True)),
        scales(study, Instrument.Placement.TRACK),
        scales(study, Instrument.Placement.PLAYLIST),
        library(study, pilot=pilot),
        people,
        marks(frames.flags(study, pilot=pilot), people),
        pilot,
    )

"""The researcher's side."""

from . import participants, questions, studies

__all__ = ["participants", "questions", "studies"]

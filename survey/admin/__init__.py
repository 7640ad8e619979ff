"""The researcher's side."""

from . import links, participants, questions, studies

__all__ = ["links", "participants", "questions", "studies"]

"""The researcher's side."""

from . import participants, studies

__all__ = ["participants", "studies"]

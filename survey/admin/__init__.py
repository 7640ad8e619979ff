"""The researcher's side."""

from . import links, participants, studies

__all__ = ["links", "participants", "studies"]

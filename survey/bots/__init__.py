"""Simulated participants, who know the study only from its pages, as people do.

They read each page, fill in whatever form it has, and go on: the same code serves tests, load and
planning. They run over HTTP and never touch the database. What each of them sent and the pages
took is in a diary, which `survey.bots.reconciliation` compares with what was kept.
"""

from .bot import Bot, send
from .browsing import Stuck
from .diary import Diary
from .mix import DEFAULT_MIX, PERSONALITIES, habits_of, personalities, read_mix

__all__ = [
    "DEFAULT_MIX",
    "PERSONALITIES",
    "Bot",
    "Diary",
    "Stuck",
    "habits_of",
    "personalities",
    "read_mix",
    "send",
]

"""A report as people read it: sections of a sentence, tables and figures, from its tables.

Nothing is estimated here. The page in the researcher's area and the file to hand on are both made
of these sections.
"""

from .brief import brief
from .sections import sections

__all__ = ["brief", "sections"]

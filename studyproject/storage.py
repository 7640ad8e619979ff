"""Where static files are served from in earnest: under names that hold a hash of each file."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Scripts import one another by these names too, so that none is ever out of date."""

    support_js_module_import_aggregation = True

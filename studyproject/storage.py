"""Where static files are served from in earnest: under names that hold a hash of each file."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = r"""(?P<matched>from "(?P<url>\./\w+\.js)";)"""


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """The pages' own scripts import one another by these names too, so that none is out of date.

    Django can do so for every script (`support_js_module_import_aggregation`), but packages bring
    some that import what is not there.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("survey/*.js", ((IMPORT, 'from "%(url)s";'),)),
    )

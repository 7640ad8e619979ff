"""How commands are told which study."""

from django.core.management.base import CommandError

from survey.models import Study


def study_named(slug: str) -> Study:
    """Raises CommandError, with those that there are."""
    study = Study.objects.filter(slug=slug).first()
    if study is None:
        slugs = list(Study.objects.order_by("slug").values_list("slug", flat=True))
        known = f"There are: {', '.join(slugs)}." if slugs else "There is none yet."
        raise CommandError(f"There is no study “{slug}”. {known}")
    return study

import pytest
from django.core.management import CommandError, call_command

from survey.models import Study

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("setting", [{"open_link": False}, {"identity_parameter": "PID"}])
def test_a_study_that_simulated_participants_can_not_enter_is_refused_in_words(study, setting):
    Study.objects.update(**setting)
    with pytest.raises(CommandError, match="simulate in a copy"):
        call_command("simulate_study", study.slug)

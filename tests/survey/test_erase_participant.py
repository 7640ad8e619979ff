import pytest
from django.core.management import CommandError, call_command

from survey.models import Erasure, Participant

pytestmark = pytest.mark.django_db


def run(capsys, *words: str) -> str:
    call_command("erase_participant", *words)
    return capsys.readouterr().out


def test_without_yes_it_says_what_there_is_and_erases_nothing(visitor, capsys):
    person = visitor.go_to("survey").participant
    said = run(capsys, person.pseudonym)
    assert "1 playlists, 30 ratings, 1 answers" in said
    assert "add --yes" in said
    assert Participant.objects.exists()


def test_with_yes_everything_is_erased_and_the_receipt_said(visitor, capsys):
    said = run(capsys, visitor.go_to("survey").participant.pseudonym, "--yes")
    assert Erasure.objects.get().spoken_receipt in said
    assert not Participant.objects.exists()


def test_a_code_names_somebody_too_as_they_write_it(visitor, capsys):
    run(capsys, "--code", visitor.register().participant.spoken_code.lower(), "--yes")
    assert not Participant.objects.exists()


@pytest.mark.parametrize("words", [[], ["P1", "--code", "X"], ["P1"], ["--code", "WRNG"]])
def test_what_names_nobody_is_said_and_erases_nobody(visitor, capsys, words):
    visitor.register()
    with pytest.raises(CommandError):
        run(capsys, *words, "--yes")
    assert Participant.objects.exists()

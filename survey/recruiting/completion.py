"""What somebody takes away in the end: a code, and where it is to be taken."""

from dataclasses import dataclass

from survey.models import Participant

from .eligibility import filled_in


@dataclass(frozen=True, slots=True)
class Completion:
    code: str = ""
    url: str = ""


def completion(participant: Participant) -> Completion:
    """Of those who completed or were screened out; nothing for anybody else."""
    study = participant.study
    match participant.status:
        case Participant.Status.COMPLETED:
            code, url = study.completion_code or participant.completion_code, study.completion_url
        case Participant.Status.SCREENED_OUT:
            full = participant.left_because == Participant.LeftBecause.FULL
            code, url = study.screen_out_code, (full and study.full_url) or study.screen_out_url
        case _:
            return Completion()
    values = {**participant.parameters, "identity": participant.identity, "code": code}
    return Completion(code, filled_in(url, values))

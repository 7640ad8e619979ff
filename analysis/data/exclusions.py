"""Who and what the analysis plan leaves out: rows are marked with the rule, and counted; none goes.

A mark about a playlist leaves that playlist out, a mark about a participant everything of theirs.
`incomplete` marks participants who have not completed the study; the other rules are those of
careless answers, which the study marked while people took part (docs/studies.md).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from survey.analysis_plan import PARTICIPANT, PLAYLIST, RULES

COMPLETED = "completed"
ANY = "any"
EXCLUSIONS = [
    "rule",
    "level",
    "condition",
    "applied",
    "n_participants",
    "n_playlists",
    "n_ratings",
    "share",
    "status",
]

# Participants (pseudonyms) or playlists (numbers) by rule and level.
Marks = Mapping[tuple[str, str], Collection[Any]]


def marks(flags: pd.DataFrame, people: pd.DataFrame) -> Marks:
    """Whom and what each rule marks, planned or not.

    `flags` has a row a mark: participant_id, playlist_id (missing: about no playlist), flag.
    `people` has a row a participant: participant_id, status.
    """
    found: dict[tuple[str, str], set[Any]] = {
        (rule.name, level): set() for rule in RULES.values() for level in rule.levels
    }
    columns = (flags["participant_id"], flags["playlist_id"], flags["flag"])
    for participant, playlist, rule in zip(*columns, strict=True):
        about = (PARTICIPANT, participant) if pd.isna(playlist) else (PLAYLIST, int(playlist))
        found.setdefault((rule, about[0]), set()).add(about[1])
    unfinished = people[people["status"] != COMPLETED]
    found["incomplete", PARTICIPANT] = set(unfinished["participant_id"])
    return found


def reasons(participant: str, playlist: object, of: Marks, rules: Collection[str]) -> list[str]:
    """Of these rules, those that mark the participant or the playlist, in the order of RULES."""
    return [
        rule
        for rule in RULES
        if rule in rules
        and (
            participant in of.get((rule, PARTICIPANT), ())
            or playlist in of.get((rule, PLAYLIST), ())
        )
    ]


def marked(table: pd.DataFrame, of: Marks, rules: Collection[str]) -> pd.DataFrame:
    """The table with `excluded` and `exclusion_reason`: the rules, joined by semicolons.

    The table has a row a track or playlist, with participant_id and playlist_id.
    """
    why = cache(lambda who, playlist: ";".join(reasons(who, playlist, of, rules)))
    rows = zip(table["participant_id"], table["playlist_id"], strict=True)
    found = [why(who, playlist) for who, playlist in rows] if rules else [""] * len(table)
    return table.assign(
        excluded=pd.Series([bool(one) for one in found], index=table.index, dtype=bool),
        exclusion_reason=pd.Series([one or None for one in found], index=table.index, dtype=object),
    )


def exclusions(
    rated: pd.DataFrame,
    shown: pd.DataFrame,
    assigned: pd.DataFrame,
    of: Marks,
    *,
    planned: Collection[str],
    scales: Sequence[str],
    conditions: Sequence[str],
    unmarked: Mapping[str, str],
) -> pd.DataFrame:
    """One row of EXCLUSIONS a rule, level and condition, and one a condition for the plan's rules
    together (rule `any`); those of all conditions have none.

    `applied` says whether the plan has the rule; for the others the numbers say what it would leave
    out. `n_participants` are those of the condition who are marked, or a playlist of theirs;
    `n_playlists` the shown playlists that fall away with it; `n_ratings` their tracks with a value
    on a scale, and `share` (0–1) how many of the condition's such tracks these are. Without any,
    and for rules by which the study can mark nothing (`unmarked`: why), numbers are missing and
    `status` says `not_estimable: why`.
    """
    given = rated[rated[list(scales)].notna().any(axis=1)]
    data = (given, shown, assigned)
    rows = [
        _row(rule, level, condition, data, {(rule, level): who}, rule in planned, unmarked)
        for (rule, level), who in of.items()
        for condition in (None, *conditions)
    ]
    together = {key: who for key, who in of.items() if key[0] in planned}
    rows += [
        _row(ANY, ANY, condition, data, together, True, {}) for condition in (None, *conditions)
    ]
    return pd.DataFrame(rows, columns=EXCLUSIONS)


def _row(
    rule: str,
    level: str,
    condition: str | None,
    data: Iterable[pd.DataFrame],
    of: Marks,
    applied: bool,
    unmarked: Mapping[str, str],
) -> dict[str, object]:
    about = {"rule": rule, "level": level, "condition": condition, "applied": applied}
    rules = {name for name, _level in of}
    if rule in unmarked and not any(of.values()):
        return {**about, "status": f"not_estimable: {unmarked[rule]}"}
    given, shown, assigned = (
        table if condition is None else table[table["condition"] == condition] for table in data
    )
    gone = marked(shown, of, rules)
    gone = gone[gone["excluded"]]
    people = {who for who in assigned["participant_id"] if reasons(who, None, of, rules)}
    n = int(given["playlist_id"].isin(gone["playlist_id"]).sum())
    counts = {
        "n_participants": len(people | set(gone["participant_id"])),
        "n_playlists": len(gone),
        "n_ratings": n,
    }
    if given.empty:
        return {**about, **counts, "status": "not_estimable: no ratings"}
    return {**about, **counts, "share": n / len(given), "status": "ok"}


def left_out(
    shown: pd.DataFrame, assigned: pd.DataFrame, of: Marks, rules: Collection[str]
) -> dict[str, list[str]]:
    """The rules that leave nothing of a participant, by participant: they are marked themselves, or
    every playlist is that they were shown."""
    playlists = {who: list(group) for who, group in shown.groupby("participant_id")["playlist_id"]}
    found = {
        who: _left_out(who, playlists.get(who, []), of, rules)
        for who in assigned["participant_id"].unique()
    }
    return {who: why for who, why in found.items() if why}


def _left_out(who: str, playlists: Sequence[int], of: Marks, rules: Collection[str]) -> list[str]:
    each = [reasons(who, playlist, of, rules) for playlist in playlists]
    if playlists and all(each):
        return [rule for rule in RULES if any(rule in why for why in each)]
    return reasons(who, None, of, rules)


def unmarked_rules(
    settings: Mapping[str, object], *, attention_check: bool, sound_check: bool
) -> Iterator[tuple[str, str]]:
    """The rules by which a study of these settings marks nothing, and why."""
    for rule in RULES.values():
        if rule.setting and not settings[rule.setting]:
            yield rule.name, f"the study marks nobody by it, as {rule.setting} is off"
        elif rule.name == "failed_check" and not attention_check:
            yield rule.name, "the study has no attention check"
        elif rule.name == "sound_check" and not sound_check:
            yield rule.name, "the study has no sound check"

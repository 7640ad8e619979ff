import pytest

from survey.recruiting.placeholders import is_placeholder

NAMES = ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID")


@pytest.mark.parametrize(
    "value",
    [
        *(
            "{{%PROLIFIC_PID%}}",
            "{{PROLIFIC_PID}}",
            "{{ participant.id }}",
            "{{%PROLIFIC_PID%",
            "{{{id}}}",
        ),
        *(
            "${PROLIFIC_PID}",
            "$PROLIFIC_PID$",
            "%PROLIFIC_PID%",
            "%SURVEY_CODE%",
            "${e://Field/PID}",
        ),
        *(
            "[[PID]]",
            "[PID]",
            "[participant-id]",
            "<PID>",
            "<%= id %>",
            "{PID}",
            "{id|id}",
            "#u_1234#",
        ),
        *(
            "*|EMAIL|*",
            "|PID|",
            "#{id}",
            "$(id)",
            "%(id)s",
            "%s",
            "{0}",
            "{}",
            "$PROLIFIC_PID",
            ":id",
        ),
        *("null", "NULL", "undefined", "None", "none", "NaN", "nil", "(blank)", "(null)", '"null"'),
        *(
            "[object Object]",
            "[object HTMLInputElement]",
            "undefined undefined",
            "N/A",
            "#N/A",
            "<NA>",
        ),
        *(
            "PROLIFIC_PID",
            "prolific_pid",
            "ProlificPid",
            "PARTICIPANT-ID",
            "workerId",
            "YOUR_ID_HERE",
        ),
        *("ASSIGNMENT_ID_NOT_AVAILABLE", "[insert id]", "XXXX", "--", "...", "????", "{{", ""),
        *("[%SID%]", "[%RID%]", "[% id %]", "&#123;&#123;%PID%&#125;&#125;", "&lt;PID&gt;"),
        *("id", "PID", "RID", "workerid", "PROLIFICPID", "mturk_id", "SONA_ID", "sample_id"),
        *("nullnull", "undefinedundefined", "true", "false", "unknown", "Anonymous", "-1"),
        *("00000000", "0" * 24, "00000000-0000-0000-0000-000000000000"),
        *("%7B%7B%25PROLIFIC_PID%25%7D%7D", "%257B%257BX%257D%257D", "%25PROLIFIC_PID%25"),
        # %CASE_ID%, of which a server takes the beginning for an encoded letter.
        "\ufffdSE_ID%",
    ],
)
def test_what_stands_where_a_value_should_be_is_a_placeholder(value):
    assert is_placeholder(value, NAMES)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "5f8a9b7c6d5e4f3a2b1c0d9e",
            "A3KX2F7QWZ1PL",
            "R_3kQ1aBcDeFgHiJk",
            "123456",
            "0",
            "7",
            "P001",
        ),
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        *("{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", "{A3F2504E-4F89-11D3-9A0C-0305E82C3301}"),
        *("anna", "anna@example.com", "user%40example.com", "@anna", "_anna_", "(anna)", "#1234"),
        *("user_1", "user-17", "participant12", "participant_12", "subject-3", "id7", "session17"),
        *(
            "none01",
            "nullmann",
            "Nonette",
            "undefined1",
            "nan-92",
            "annie_id",
            "NA",
            "test",
            "x",
            "xx1",
        ),
        *("Sid", "Keyes", "Hitomi", "Theo", "Nora", "00000001", "100000000000", "anna&bob"),
        *("abcd==", "YWJj+/=", "ID-0042", "5e9f0d:1", "Núñez", "名前"),
    ],
)
def test_a_real_number_or_name_is_none_even_if_it_resembles_one(value):
    assert not is_placeholder(value, NAMES)

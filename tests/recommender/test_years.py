import pytest

from recommender.years import year_of


@pytest.mark.parametrize(
    "text",
    [
        *("1999", " 1999 ", "1999.0", "1999,00", "1999-05", "1999-05-01", "1999/5/1", "1999.05.01"),
        *("1999-05-01T12:00:00Z", "1999-05-01 12:00", "1999-00-00", "19990501"),
        *("15.03.1999", "15. 3. 1999", "3/15/1999", "15/03/1999", "03-1999", "00.00.1999"),
    ],
)
def test_a_date_has_its_year(text):
    assert year_of(text) == 1999


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "0000", "3000", "-1999", "99", "15.03.85", "99999", "²", "1999a", "199"),
        *("c. 1999", "about 1999", "1999?", "1998/1999", "1999-99-99", "45.45.1999", "19991399"),
        *("1,999", "May 1999"),
    ],
)
def test_what_names_no_year_for_certain_has_none(text):
    assert year_of(text) is None


def test_compositions_of_all_centuries_have_their_year():
    assert year_of("1785") == 1785

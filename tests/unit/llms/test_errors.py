from __future__ import annotations

import inspect

import pytest
from pydantic_ai import exceptions

from netnew.llms.errors import _TABLE, Kind, failure_of

CATEGORIES = [
    x
    for _, x in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(x, exceptions.ModelAPIError) and x.__module__ == exceptions.__name__
]


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda x: x.__name__)
def test_no_category_of_the_clients_errors_is_left_to_a_base_alone(category: type) -> None:
    """All have an entry of their own or of a base below the broadest one."""
    broadest = {exceptions.ModelAPIError, exceptions.ModelHTTPError}
    first = next(type_ for type_, _, _ in _TABLE if issubclass(category, type_))
    assert first not in broadest or category in broadest or category.__name__.startswith("_")


def test_the_table_has_no_entry_that_an_earlier_one_hides() -> None:
    for place, (type_, _, _) in enumerate(_TABLE):
        assert not any(issubclass(type_, earlier) for earlier, _, _ in _TABLE[:place]), type_


def test_what_a_server_says_is_told_short_on_one_line_and_without_the_key() -> None:
    body = {"error": {"message": f"Bad\nkey sk-hidden. {'x' * 500}"}}
    error = exceptions.ModelHTTPError(418, "m", body)
    problem = failure_of(error, "sk-hidden").problem
    assert "Bad key ***. xxx" in problem
    assert "\n" not in problem
    assert len(problem) < 260


def test_an_error_of_the_client_itself_is_a_failure_like_others() -> None:
    assert failure_of(IndexError("list index out of range")).kind is Kind.AGAIN
    assert failure_of(exceptions.UserError("no schema here")).kind is Kind.REJECTED

"""Each command of the pages that somebody new follows is run by a live test, or it is said why not."""

from __future__ import annotations

import pytest

from kubeskeptic.paths import checkout
from tests.live.pages import ELSEWHERE, PLAYED, shown


@pytest.mark.parametrize("page", PLAYED)
def test_every_command_of_a_page_is_run_or_it_is_said_why_not(page: str) -> None:
    told = shown(page)
    assert set(told) <= set(PLAYED[page]) | set(ELSEWHERE)
    assert set(PLAYED[page]) <= set(told)


@pytest.mark.parametrize("page", PLAYED)
def test_a_live_test_plays_it_and_the_first_page_leads_to_it(page: str) -> None:
    tests = (checkout() / "tests" / "live").glob("test_*.py")
    assert any(f'played("{page}"' in test.read_text() for test in tests)
    assert f"({page})" in (checkout() / "docs" / "first-hour.md").read_text()


def test_nothing_is_excused_that_no_page_shows() -> None:
    assert set(ELSEWHERE) <= {told for page in PLAYED for told in shown(page)}


def test_what_is_played_says_what_the_page_says() -> None:
    for commands in PLAYED.values():
        for told, line in commands.items():
            assert [word for word in told.split()[:2] if word.isalpha()] == [
                word for word in line.split()[:2] if word.isalpha()
            ]

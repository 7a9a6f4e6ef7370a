"""A run writes down which cases its suites have, chosen or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.plugin.state import STATE
from tests.plugin.inner import suite

CASES = {"service.stable": [""], "service.pod-killed": [""]}


class Tells:
    """A plug-in that keeps what the options of a session say of its cases."""

    known: Any = None
    tests: Sequence[str] = ()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.known = session.config.stash[STATE].options.known
        self.tests = [item.nodeid for item in session.items]


def known(pytester: pytest.Pytester, *words: str) -> Any:
    """What a session of two cases knows, with these words on its command line."""
    suite(pytester, "holds(FINE)", "holds(FINE)")
    (made,) = pytester.path.glob("test_*.py")
    made.rename(pytester.path / "test_two.py")
    tells = Tells()
    options = ("-p", "kubeskeptic.plugin", "-p", "no:cacheprovider", "--collect-only")
    pytester.runpytest_inprocess(*options, *words, plugins=[tells])
    return tells.known


@pytest.mark.parametrize(
    ("words", "within"),
    [((), "."), (("-k", "test_0"), "."), (("test_two.py", "-k", "test_1"), "test_two.py")],
)
def test_what_is_left_out_by_a_choice_is_known_all_the_same(
    pytester: pytest.Pytester, words: tuple[str, ...], within: str
) -> None:
    assert known(pytester, *words) == {"within": [within], "cases": CASES}


@pytest.mark.parametrize(
    "words",
    [("--ignore=elsewhere",), ("--ignore-glob=x*",), ("--continue-on-collection-errors",), ("test_two.py::test_1",)],
)
def test_nothing_is_known_where_tests_may_have_been_passed_over(
    pytester: pytest.Pytester, words: tuple[str, ...]
) -> None:
    assert known(pytester, *words) == {}


def test_suites_outside_of_pytests_root_are_known_as_their_tests_are_named(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    suite(pytester, "holds(FINE)", "holds(FINE)")
    (made,) = pytester.path.glob("test_*.py")
    elsewhere = tmp_path / "suites" / "services"
    elsewhere.mkdir(parents=True)
    made.rename(elsewhere / "test_two.py")
    tells = Tells()
    words = ("-p", "kubeskeptic.plugin", "-p", "no:cacheprovider", "--collect-only", "--rootdir", str(pytester.path))
    found = pytester.runpytest_inprocess(*words, str(tmp_path / "suites"), plugins=[tells])
    assert tells.known == {"within": ["services"], "cases": CASES}, found.outlines
    assert tells.tests == ["services/test_two.py::test_0", "services/test_two.py::test_1"]

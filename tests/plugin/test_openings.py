"""Inner pytest runs whose run could not be opened: the exit status says what stopped it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from kubeskeptic.errors import BadInput, Inconclusive, LeftDirty, Refused, SkepticError, Untestable
from kubeskeptic.runs import opening
from kubeskeptic.runs.model import RunOptions

from .inner import suite
from .test_plugin import run


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Let opening a run end with an error."""

    def fails_with(error: BaseException) -> None:
        def open_run(options: RunOptions) -> NoReturn:
            raise error

        monkeypatch.setattr(opening, "open_run", open_run)

    return fails_with


def unopened(pytester: pytest.Pytester) -> pytest.RunResult:
    suite(pytester, "holds(FINE)", "holds(FINE)")
    (pytester.path / "conftest.py").unlink()
    return run(pytester)


def test_no_cluster_is_no_verdict(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "find", lambda name: None)
    result = unopened(pytester)
    assert result.ret == 21
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*no healthy cluster kubeskeptic on this machine; first run `skeptic up`", "*!!! no cluster to test !!!*"]
    )
    assert "not asked: the run ended before it" not in result.stdout.str()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Untestable("no container engine"), 21),
        (Refused("another run is using the cluster"), 21),
        (BadInput("there is no context nowhere"), 4),
        (Inconclusive("the instrument is not right"), 10),
    ],
)
def test_a_run_that_could_not_be_opened_ends_with_what_stopped_it(
    pytester: pytest.Pytester, opened: Callable[[BaseException], None], error: SkepticError, status: int
) -> None:
    opened(error)
    assert unopened(pytester).ret == status


def test_an_interrupt_that_left_something_ends_the_session_with_20(
    pytester: pytest.Pytester, opened: Callable[[BaseException], None]
) -> None:
    dirty = LeftDirty("a table is left")
    dirty.__cause__ = KeyboardInterrupt("SIGTERM")
    opened(dirty)
    result = unopened(pytester)
    assert result.ret == 20
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*!!! Interrupted: SIGTERM !!!*"])

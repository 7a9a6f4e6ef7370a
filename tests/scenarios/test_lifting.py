"""Sabotages that are lifted in the middle of an act."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kubeskeptic.errors import BadInput, ClusterError
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.sabotage import Lift


class Broken:
    """A breakage that knows whether it is in force."""

    def __init__(self, error: Exception | None = None) -> None:
        self.in_force = False
        self.undone = 0
        self.error = error
        self.undoing, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.in_force = True
        try:
            yield
        finally:
            self.undoing.set()
            assert self.go_on.wait(10)
            self.in_force, self.undone = False, self.undone + 1
            if self.error:
                raise self.error


def test_it_is_lifted_while_the_block_goes_on() -> None:
    broken = Broken()
    with Lift(broken(), 0.01) as lift:
        before = broken.in_force
        lift.begin()
        lift.wait()
        after = broken.in_force
    assert (before, after, broken.undone) == (True, False, 1)


def test_without_a_fault_it_is_in_force_until_the_end() -> None:
    broken = Broken()
    with Lift(broken(), 0.0) as lift:
        lift.wait()
        assert broken.in_force
    assert (broken.in_force, broken.undone) == (False, 1)


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, AssertionError])
def test_whatever_ends_the_block_before_it_is_undone_at_once(end: type[BaseException]) -> None:
    broken = Broken()

    def act() -> None:
        with Lift(broken(), 3600) as lift:
            lift.begin()
            raise end

    with pytest.raises(end):
        act()
    assert (broken.in_force, broken.undone) == (False, 1)


def test_the_end_of_the_block_waits_for_an_undo_that_is_under_way() -> None:
    broken = Broken()
    broken.go_on.clear()
    with Lift(broken(), 0.0) as lift:
        lift.begin()
        assert broken.undoing.wait(10)
        threading.Timer(0.05, broken.go_on.set).start()
    assert (broken.in_force, broken.undone) == (False, 1)


def test_only_the_first_fault_starts_the_clock() -> None:
    broken = Broken()
    with Lift(broken(), 0.0) as lift:
        lift.begin()
        lift.wait()
        lift.begin()
        lift.wait()
    assert broken.undone == 1


def test_what_undoing_raises_on_its_thread_is_raised_at_the_end_of_the_block() -> None:
    def act(ends: type[BaseException] | None = None) -> None:
        with Lift(Broken(ClusterError("gone", 500))(), 0.0) as lift:
            lift.begin()
            lift.wait()
            if ends:
                raise ends

    with pytest.raises(ClusterError, match="gone"):
        act()
    with pytest.raises(AssertionError):  # what ended the block is not hidden by it
        act(AssertionError)


# -- named on the command line -----------------------------------------------------------------------------------------
def a_scenario() -> Scenario:
    one = Scenario("chapter/name", "Something happens.")

    @one.act("kill")
    def kill(stage: Stage) -> None: ...

    @one.sabotage("kill", graded=True)
    @contextmanager
    def frozen(stage: Stage) -> Iterator[None]:
        """It is frozen."""
        yield

    @one.sabotage("kill:seen")
    @contextmanager
    def lost(stage: Stage) -> Iterator[None]:
        """It is lost."""
        yield

    return one


def test_a_grade_is_named_by_the_seconds_after_which_it_is_lifted() -> None:
    whole, half = a_scenario().sabotage_named("frozen"), a_scenario().sabotage_named("frozen@2.5")
    assert whole
    assert half
    assert (whole.id, whole.lifted, whole.says) == ("frozen", None, "It is frozen.")
    assert (half.id, half.lifted) == ("frozen@2.5", 2.5)
    assert half.says == "It is frozen, until 2.5 s after the fault of the act."
    assert half.at == whole.at
    assert a_scenario().sabotage_named("elsewhere@2") is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lost@2", "has no grades"),
        ("frozen@", "must be followed by the seconds"),
        ("frozen@soon", "must be followed by the seconds"),
        ("frozen@0", "must be followed by the seconds"),
        ("frozen@-1", "must be followed by the seconds"),
        ("frozen@inf", "must be followed by the seconds"),
    ],
)
def test_a_grade_that_makes_no_sense_is_refused(name: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        a_scenario().sabotage_named(name)


def test_what_comes_into_force_after_the_fault_has_no_grades() -> None:
    with pytest.raises(BadInput, match="before the fault"):
        a_scenario().sabotage("kill:seen", graded=True)

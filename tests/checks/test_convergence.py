import pytest

from kubeskeptic.checks import converges
from kubeskeptic.checks.convergence import between_looks
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan
from tests.drawn import recording


def took(wanted: tuple[str, ...] = (), **steps: list[float | None]) -> Finding:
    seen = recording(tables={"in force": steps}, acts={"act": ActSpan("act", 0, 1, 4)})
    return converges(Act(seen, ["act"]), "in force", wanted)


def test_every_step_within_the_margin() -> None:
    found = took(denied=[0.0, 0.4], allowed=[0.3, 2.0])
    assert found.verdict is Verdict.HOLDS
    assert "“allowed”, was in force after at most 2.00 s" in found.why


def test_late_never_and_not_known() -> None:
    assert took(denied=[2.1, 2.6]).verdict is Verdict.VIOLATED
    assert took(denied=[15.2, None]).verdict is Verdict.VIOLATED
    assert took(denied=[1.9, 2.1]).verdict is Verdict.INCONCLUSIVE
    assert took().verdict is Verdict.INCONCLUSIVE


def test_every_step_that_was_to_be_seen() -> None:
    assert took(("denied",), denied=[0.0, 0.4]).verdict is Verdict.HOLDS
    found = took(("denied", "allowed"), denied=[0.0, 0.4])
    assert (found.verdict, "“allowed” is missing in “in force”" in found.why) == (Verdict.INCONCLUSIVE, True)
    assert took(("denied", "allowed"), denied=[2.1, 2.6]).verdict is Verdict.VIOLATED


def test_a_step_whose_state_before_was_never_seen_may_have_been_in_force_at_once() -> None:
    assert took(denied=[None, 0.4]).measured["denied"].interval == (0.0, 0.4)
    assert took(denied=[0.0, 2.5]).measured["denied"].interval == (0.0, 2.5)
    assert took(denied=[None, 2.1]).verdict is Verdict.INCONCLUSIVE, "it is not known to be late"


def test_which_step_was_the_last() -> None:
    assert "The slowest of 2 steps, “denied”, was never in force" in took(denied=[15.2, None], allowed=[0.3, 2.0]).why
    assert "the table “in force” has no step" in took().why
    assert took(denied=[0.0, 0.4]).window == (1, 4)


def test_what_was_seen_before_it_was_last_not_seen_proves_nothing() -> None:
    with pytest.raises(Inconclusive, match="“denied” was seen 1 s after its cause, and not seen 3 s after it"):
        between_looks({"denied": [3.0, 1.0]})
    assert between_looks({"denied": [1.0, 1.0], "allowed": [2.0, None]}) == {
        "denied": (1.0, 1.0), "allowed": (2.0, float("inf"))
    }  # fmt: skip

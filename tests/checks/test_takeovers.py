"""Changes that a scenario watched for; five seconds are allowed."""

from __future__ import annotations

from kubeskeptic.bounds import constant
from kubeskeptic.checks import comes_in_time
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan
from tests.drawn import recording, settings


def came(**changes: tuple[float | None, float | None]) -> Finding:
    tables = {"changes": {name: list(when) for name, when in changes.items()}}
    seen = recording(acts={"act": ActSpan("act", 4, 5, 20)}, settings=settings(), tables=tables)
    return comes_in_time(Act(seen, ["act"], within=constant("test", 3.0)), "changes")


def test_changes_within_the_bound_hold() -> None:
    found = came(moved=(1.0, 2.0), taken_over=(4.5, 5.0))
    assert found.verdict is Verdict.HOLDS, found.why
    assert "“taken_over” was seen between 4.5 s and 5.0 s after its cause" in found.why


def test_one_that_comes_late_or_never_violates() -> None:
    assert came(moved=(5.1, 6.0)).verdict is Verdict.VIOLATED
    never = came(moved=(1.0, 2.0), taken_over=(30.0, None))
    assert never.verdict is Verdict.VIOLATED
    assert "“taken_over” was not seen within 30.0 s; the limit is 5 s" in never.why
    assert came(moved=(4.9, 5.1)).verdict is Verdict.INCONCLUSIVE, "it came between two looks, one on either side"
    assert came(moved=(4.0, None)).verdict is Verdict.INCONCLUSIVE, "not watched until the bound"
    assert (came().verdict, came().why) == (Verdict.INCONCLUSIVE, "the table “changes” has no change")


def test_what_was_seen_at_the_first_look_lies_between_the_cause_and_it() -> None:
    found = came(moved=(None, 2.0), taken_over=(1.0, 1.5))
    assert found.verdict is Verdict.HOLDS, found.why
    assert [found.measured[name].interval for name in ("moved", "taken_over")] == [(0.0, 2.0), (1.0, 1.5)]
    assert "“moved” was seen between 0.0 s and 2.0 s" in found.why
    assert found.window == (5.0, 20.0)

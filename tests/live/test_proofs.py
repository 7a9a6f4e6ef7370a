"""Every case has been seen to fail, as it is now. `skeptic prove` makes the records that this reads, on a live cluster."""

from __future__ import annotations

import pytest

from kubeskeptic.paths import checkout
from kubeskeptic.proving.grades import GRADES, graded, read_grades
from kubeskeptic.proving.proofs import read_proofs
from kubeskeptic.proving.suites import asked_by

pytestmark = pytest.mark.live


def test_every_case_has_been_seen_to_fail_as_it_is_now() -> None:
    proofs = {(one.claim, one.case, one.sabotage): one for one in read_proofs(checkout() / "reports" / "proofs.json")}
    asked = asked_by(checkout() / "suites")
    wanted = {(one.case.claim, one.case.name, each.id): one for one in asked for each in one.sabotages}
    assert wanted.keys() - proofs.keys() == set(), "run: skeptic prove"
    assert [key for key, one in proofs.items() if one.verdict != "violated"] == []
    changed = [key for key, one in wanted.items() if proofs[key].digest != one.digest]
    assert changed == [], "the test or a check was changed since: run skeptic prove"


def test_every_bound_with_grades_has_been_asked_what_it_can_tell_apart_as_it_is_now() -> None:
    """By the three grades at least; that the last is violated is not asked here: a bound may be longer than all of them."""
    found = {one.key: one for one in read_grades(checkout() / "reports" / "grades.json")}
    wanted = {
        (one.case.claim, one.case.name, id_, seconds): one
        for attempt in graded(asked_by(checkout() / "suites"))
        for id_, cases in attempt.wanted.items()
        for one in cases
        for seconds in GRADES[:-1]
    }
    assert wanted.keys() - found.keys() == set(), "run: skeptic prove --graded"
    assert [key for key, one in wanted.items() if found[key].digest != one.digest] == [], "run: skeptic prove --graded"

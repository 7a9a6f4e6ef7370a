"""Every case has been seen to fail, as it is now. `make prove` makes the record that this reads, on a live cluster."""

from __future__ import annotations

import pytest

from kubeskeptic.paths import checkout
from kubeskeptic.proving import asked_by, read_proofs

pytestmark = pytest.mark.live


def test_every_case_has_been_seen_to_fail_as_it_is_now() -> None:
    proofs = {(one.claim, one.case, one.sabotage): one for one in read_proofs(checkout() / "reports" / "proofs.json")}
    asked = asked_by(checkout() / "suites")
    wanted = {(one.case.claim, one.case.name, each.id): one for one in asked for each in one.sabotages}
    assert wanted.keys() - proofs.keys() == set(), "run: skeptic prove"
    assert [key for key, one in proofs.items() if one.verdict != "violated"] == []
    changed = [key for key, one in wanted.items() if proofs[key].digest != one.digest]
    assert changed == [], "the test or a check was changed since: run skeptic prove"

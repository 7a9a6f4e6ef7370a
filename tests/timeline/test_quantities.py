from __future__ import annotations

import pytest

from kubeskeptic.timeline.quantities import amount, ended, requests


@pytest.mark.parametrize(
    ("quantity", "number"),
    [("2", 2), (2, 2), ("100m", 0.1), ("1.5", 1.5), ("24Mi", 24 << 20), ("1Pi", 1 << 50), ("5k", 5000), ("1e3", 1000)],
)
def test_quantities(quantity: str | float, number: float) -> None:
    assert amount(quantity) == pytest.approx(number)


@pytest.mark.parametrize("nonsense", ["", "Mi", "1X", "1 Mi"])
def test_what_is_no_quantity(nonsense: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        amount(nonsense)


def test_a_pod_requests_what_its_containers_request_together() -> None:
    containers = [
        {"resources": {"requests": {"cpu": "100m", "memory": "1Mi"}}},
        {"resources": {"requests": {"cpu": "1"}}},
        {},
    ]
    asked = requests({"spec": {"containers": containers}})
    assert asked == {"cpu": pytest.approx(1.1), "memory": 1 << 20, "ephemeral-storage": 0}


def test_a_pod_that_has_ended() -> None:
    assert [ended({"status": {"phase": phase}}) for phase in ("Pending", "Running", "Succeeded", "Failed")] == [
        False, False, True, True,
    ]  # fmt: skip

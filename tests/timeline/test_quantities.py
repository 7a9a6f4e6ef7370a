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


def asks(cpu: str, **more: str) -> dict[str, object]:
    return {"resources": {"requests": {"cpu": cpu}}, **more}


def sidecar(cpu: str) -> dict[str, object]:
    return asks(cpu, restartPolicy="Always")


@pytest.mark.parametrize(
    ("init", "cpu"),
    [
        ([asks("2")], 3.0),  # less than the containers together
        ([asks("4")], 4.0),
        ([asks("4"), asks("5")], 5.0),  # one after the other
        ([sidecar("1")], 4.0),
        ([sidecar("1"), asks("2.5")], 4.0),
        ([sidecar("1"), asks("3.5")], 4.5),  # beside the sidecar
        ([asks("3.5"), sidecar("1")], 4.0),  # before it
        ([sidecar("1"), sidecar("1"), asks("3.5")], 5.5),
    ],
)
def test_init_containers_run_before_the_others_and_sidecars_beside_them(
    init: list[dict[str, object]], cpu: float
) -> None:
    spec = {"initContainers": init, "containers": [asks("1"), asks("2")]}
    assert requests({"spec": spec})["cpu"] == cpu
    assert requests({"spec": spec | {"overhead": {"cpu": "250m"}}})["cpu"] == cpu + 0.25
    assert requests({"spec": spec | asks("7")})["cpu"] == 7, "what the pod requests as a whole"


def test_a_pod_that_has_ended() -> None:
    assert [ended({"status": {"phase": phase}}) for phase in ("Pending", "Running", "Succeeded", "Failed")] == [
        False, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("suffix", "factor"),
    [
        ("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("", 1),
        ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18),
        ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40), ("Pi", 1 << 50), ("Ei", 1 << 60),
    ],
)  # fmt: skip
def test_each_suffix_has_its_factor(suffix: str, factor: float) -> None:
    assert amount(f"3{suffix}") == pytest.approx(3 * factor)


@pytest.mark.parametrize(("quantity", "number"), [("+1", 1), ("-2k", -2000), ("1E2", 100), ("5e-1", 0.5), ("2e+1", 20)])
def test_signs_and_exponents(quantity: str, number: float) -> None:
    assert amount(quantity) == pytest.approx(number)


@pytest.mark.parametrize("nonsense", ["K", "1K", "1ki", "1mi", "1i", "1 ", "e3", "0x10"])
def test_what_is_nearly_a_quantity(nonsense: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        amount(nonsense)


def test_a_pod_of_which_nothing_is_said_requests_nothing_and_has_not_ended() -> None:
    assert requests({"spec": {}}) == {"cpu": 0, "memory": 0, "ephemeral-storage": 0}
    containers = [{"resources": {}}, {"resources": {"requests": {"ephemeral-storage": "2Gi"}}}]
    asked = requests({"spec": {"containers": containers}})
    assert asked == {"cpu": 0, "memory": 0, "ephemeral-storage": 2 << 30}
    assert not ended({})
    assert not ended({"status": {}})

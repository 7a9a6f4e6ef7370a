"""What is left on the nodes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import Inconclusive
from kubeskeptic.scenarios.nodes import unused_address


def stage(*ranges: str, pods: tuple[str, ...] = ()) -> Any:
    nodes = [{"metadata": {"name": f"n{at}"}, "spec": {"podCIDR": one} if one else {}} for at, one in enumerate(ranges)]
    listed = {"Node": nodes, "Pod": [{"status": {"podIP": ip}} for ip in pods]}
    kube = SimpleNamespace(list=lambda kind: {"items": listed[kind]})
    return SimpleNamespace(run=SimpleNamespace(kube=kube, workers=("n1", "n2")))


def test_an_address_that_no_pod_has_is_of_a_workers_range() -> None:
    assert unused_address(stage("10.0.0.0/24", "10.0.1.0/24", pods=("10.0.1.254",))) == "10.0.1.253"
    assert unused_address(stage("10.0.0.0/24", "", "10.0.2.0/24")) == "10.0.2.254"


def test_without_ranges_there_is_none() -> None:
    with pytest.raises(Inconclusive, match="podCIDR"):
        unused_address(stage("10.0.0.0/24", "", ""))

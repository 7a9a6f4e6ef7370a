"""Sabotages of the workload change what they say, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kubeskeptic.paths import checkout
from kubeskeptic.sabotages import rewrites
from kubeskeptic.scenarios.manifests import Manifest, read

READINESS = read(checkout() / "manifests/services/readiness.yaml", "image")
PRESSURE = read(checkout() / "manifests/workloads/pressure.yaml", "image")
NAMES = read(checkout() / "manifests/dns/names.yaml", "image")


def changed(rewrite: Callable[[list[Manifest]], list[Manifest]], manifests: list[Manifest]) -> dict[str, Manifest]:
    """Return the objects that a rewrite has changed or added, by kind and name; the given ones must stay as they were."""
    before = [repr(one) for one in manifests]
    after = rewrite(manifests)
    assert [repr(one) for one in manifests] == before
    return {f"{one['kind']} {one['metadata']['name']}": one for one in after if repr(one) not in before}


def pod_of(manifest: Manifest) -> dict[str, Any]:
    return dict(manifest["spec"].get("template", manifest)["spec"])


@pytest.mark.parametrize(
    ("rewrite", "probe", "whose"),
    [
        (rewrites.readiness_probe_removed, "readinessProbe", {"Deployment web", "StatefulSet db", "Deployment stuck"}),
        (rewrites.liveness_probe_removed, "livenessProbe", {"Deployment stuck"}),
    ],
)
def test_a_probe_is_removed(rewrite: Any, probe: str, whose: set[str]) -> None:
    found = changed(rewrite, READINESS)
    assert set(found) == whose
    assert not any(probe in container for one in found.values() for container in pod_of(one)["containers"])


def test_headless_services_are_changed_and_no_others() -> None:
    published = changed(rewrites.not_ready_published, READINESS)
    assert set(published) == {"Service web-pods", "Service db"}
    assert all(one["spec"]["publishNotReadyAddresses"] for one in published.values())
    addressed = changed(rewrites.cluster_ip_set, NAMES)
    assert {name: one["spec"]["clusterIP"] for name, one in addressed.items()} == {
        "Service web-pods": "",
        "Service db": "",
    }


def test_the_pod_that_looks_names_up_is_changed_and_no_other() -> None:
    default = changed(rewrites.dns_policy_default, NAMES)
    assert {name: pod_of(one)["dnsPolicy"] for name, one in default.items()} == {"Deployment client": "Default"}
    without = changed(rewrites.service_links_off, NAMES)
    assert {name: pod_of(one)["enableServiceLinks"] for name, one in without.items()} == {"Deployment client": False}


def test_pods_get_names() -> None:
    named = changed(rewrites.pods_with_names, NAMES)
    assert {name: one["spec"]["serviceName"] for name, one in named.items()} == {"StatefulSet web": "web-pods"}
    (other,) = changed(rewrites.two_pods_of_a_name, NAMES).values()
    assert (other["kind"], other["spec"]["hostname"], other["spec"]["subdomain"]) == ("Pod", "db-0", "db")
    assert other["metadata"]["labels"] == {"app": "db"}


def test_bare_pods_get_an_owner() -> None:
    found = changed(rewrites.bare_pods_owned, PRESSURE)
    assert set(found) == {"ReplicaSet memory-bare", "ReplicaSet memory-exit-0", "ReplicaSet disk-bare"}
    for one in found.values():
        assert one["spec"]["selector"]["matchLabels"] == one["spec"]["template"]["metadata"]["labels"]

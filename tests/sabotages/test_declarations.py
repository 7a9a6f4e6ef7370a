"""What the sabotages of the workload make of the manifests that they are registered for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubeskeptic.paths import checkout
from kubeskeptic.sabotages import rewrites, volumes
from kubeskeptic.scenarios.manifests import Manifest, read

CONTAINERS = read(checkout() / "manifests/pods/containers.yaml", "image:1")
DECLARED = read(checkout() / "manifests/workloads/declared.yaml", "image:1")


def specs(manifests: list[Manifest]) -> Iterator[dict[str, Any]]:
    for one in manifests:
        if one["kind"] != "PersistentVolumeClaim":
            yield one["spec"] if one["kind"] == "Pod" else one["spec"]["template"]["spec"]


def named(manifests: list[Manifest], name: str) -> Manifest:
    return next(one for one in manifests if one["metadata"]["name"] == name)


def test_each_container_gets_a_pod_of_its_own() -> None:
    parts = volumes.containers_in_two_pods(CONTAINERS)
    assert {one["metadata"]["name"] for one in parts} >= {"pair-first", "pair-second"}
    assert all(len(spec["containers"]) == 1 for spec in specs(parts))
    labels = named(parts, "pair-second")["spec"]["template"]["metadata"]["labels"]
    assert labels["app"] == "pair"
    assert named(parts, "pair-second")["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_only_the_first_container_mounts() -> None:
    first, second = named(volumes.volume_in_one_container(CONTAINERS), "pair")["spec"]["template"]["spec"]["containers"]
    assert first["volumeMounts"]
    assert "volumeMounts" not in second


def test_no_empty_dir_is_left_and_what_was_written_to_the_node_is_removed() -> None:
    found = volumes.host_path(CONTAINERS)
    kinds = {key for spec in specs(found) for volume in spec["volumes"] for key in volume if key != "name"}
    assert kinds == {"hostPath", "persistentVolumeClaim"}
    (command,) = [one["lifecycle"]["preStop"]["exec"]["command"] for one in named(found, "other")["spec"]["containers"]]
    assert f"/scratch/{volumes.NOTE}" in command


def test_the_own_disk_of_every_container_is_a_volume() -> None:
    for spec in specs(volumes.own_disk_is_a_volume(CONTAINERS)):
        assert all("/own" in [mount["mountPath"] for mount in one["volumeMounts"]] for one in spec["containers"])


def test_two_pods_have_two_claims() -> None:
    found = volumes.two_claims(CONTAINERS)
    claims = [
        named(found, pod)["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"] for pod in ("writer", "reader")
    ]
    assert claims == ["shared", "shared-too"]
    assert named(found, "shared-too")["spec"] == named(CONTAINERS, "shared")["spec"]


def test_every_volume_is_in_memory_and_no_claim_is_left() -> None:
    found = volumes.volumes_in_memory(CONTAINERS)
    assert all(one["kind"] != "PersistentVolumeClaim" for one in found)
    media = {volume["emptyDir"]["medium"] for spec in specs(found) for volume in spec["volumes"]}
    assert media == {"Memory"}


def test_no_requests_no_limits_and_no_grace() -> None:
    def resources(found: list[Manifest]) -> set[str]:
        return {key for spec in specs(found) for one in spec["containers"] for key in one["resources"]}

    assert resources(DECLARED) == {"requests", "limits"}
    assert resources(rewrites.requests_removed(DECLARED)) == {"limits"}
    assert resources(rewrites.memory_limit_removed(DECLARED)) == {"requests"}
    assert {spec["terminationGracePeriodSeconds"] for spec in specs(rewrites.no_grace(DECLARED))} == {0}


def test_pods_of_an_app_must_be_together() -> None:
    for one in rewrites.pods_together(DECLARED):
        (term,) = one["spec"]["template"]["spec"]["affinity"]["podAffinity"].popitem()[1]
        assert term["labelSelector"]["matchLabels"] == one["spec"]["selector"]["matchLabels"]


def test_a_deployment_takes_the_place_of_the_replicaset_and_another_is_held_up() -> None:
    assert {one["kind"] for one in rewrites.replicaset_as_deployment(DECLARED)} == {"Deployment", "StatefulSet"}
    held = named(rewrites.rollout_held_up(DECLARED), "rolling")["spec"]
    assert held["minReadySeconds"] < held["progressDeadlineSeconds"]
    assert "minReadySeconds" not in named(rewrites.rollout_held_up(DECLARED), "fixed")["spec"]


def test_no_sabotage_changes_the_manifests_that_it_is_given() -> None:
    assert read(checkout() / "manifests/pods/containers.yaml", "image:1") == CONTAINERS
    assert read(checkout() / "manifests/workloads/declared.yaml", "image:1") == DECLARED

"""Addons: what is applied, where images go, what is asked of the cluster."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from kubeskeptic import paths
from kubeskeptic.clusters import addons
from kubeskeptic.clusters.addons import ADDONS, Addon, chosen, load_addon
from kubeskeptic.clusters.builds import addon_images
from kubeskeptic.clusters.builds.golang import GoBuild
from kubeskeptic.clusters.cluster import Cluster, Node
from kubeskeptic.clusters.network import KUBECTL
from kubeskeptic.errors import BadInput, MissingRequirement
from tests.clusters.fakes import FakeProgram, listed

NODES = (Node("c-control-plane", "control-plane"), Node("c-worker", "worker"))
FACTS = {"SERVICE_RANGE": "10.96.0.0/16", "NODE_ADDRESS": "172.18.0.3", "ADDRESSES": "172.18.255.1-172.18.255.16"}


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeProgram:
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    (tmp_path / "cache/builds").mkdir(parents=True)
    program = FakeProgram(tmp_path / "bin")
    program.answer("ps", out="".join(listed(node.name) for node in NODES))
    return program


@pytest.fixture
def cluster(docker: FakeProgram, tmp_path: Path) -> Cluster:
    return Cluster("c", "kind-c", tmp_path / "kubeconfig", "kind", NODES, "v1.37.2", "node:1", "agent:1", docker.engine)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Addon:
    """An addon with one image and a manifest of one object."""
    (tmp_path / "image.tar").write_text("archive")
    (tmp_path / "shipped/manifests/addons").mkdir(parents=True)
    (tmp_path / "shipped/manifests/addons/toy.yaml").write_text("image: $TOY_IMAGE\nargs: [$(NODE_NAME)]\n")
    monkeypatch.setattr(paths, "shipped", lambda: tmp_path / "shipped")
    toy = Addon(
        "toy", {"TOY_IMAGE": lambda _: ("r/toy:1", tmp_path / "image.tar")}, ready=(("play", "deployment/toy"),)
    )
    monkeypatch.setitem(ADDONS, "toy", toy)
    return toy


def test_images_go_to_the_nodes_that_lack_them_and_the_manifest_to_the_cluster(
    cluster: Cluster, docker: FakeProgram, toy: Addon
) -> None:
    docker.answer("exec", "c-worker", "ctr", "--namespace", "k8s.io", "images", "list", out="r/toy:1\n")
    assert load_addon(cluster, toy.name) == {"TOY_IMAGE": "r/toy:1"}
    imports = [call for call in docker.calls if "import" in call]
    assert [call[2] for call in imports] == ["c-control-plane"]
    (apply,) = [call for call in docker.calls if "apply" in call]
    assert apply[:4] == ["exec", "-i", "c-control-plane", "kubectl"]
    assert "--server-side" in apply
    (waits,) = [call for call in docker.calls if "rollout" in call]
    assert waits[2 : 3 + len(KUBECTL) - 1] == [*KUBECTL]
    assert "deployment/toy" in waits


def test_definitions_are_served_before_objects_of_their_kinds_are_applied(
    cluster: Cluster, docker: FakeProgram, toy: Addon, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = GoBuild("toy", "example.org/toy", "v1", {}, seconds=1)
    monkeypatch.setitem(ADDONS, "toy", replace(toy, builds=(build,), definitions="crds/*.yaml"))
    monkeypatch.setattr(addon_images, "definitions", lambda *_: "kind: CustomResourceDefinition")
    load_addon(cluster, toy.name)
    verbs = [word for call in docker.calls for word in call if word in ("apply", "wait", "rollout")]
    assert verbs == ["apply", "wait", "apply", "rollout"]


def test_what_is_applied_has_everything_filled_in_and_nothing_else_changed(cluster: Cluster, toy: Addon) -> None:
    text = addons.manifest(None, cluster, toy, {"TOY_IMAGE": "r/toy:1"})  # type: ignore[arg-type]
    assert text == "image: r/toy:1\nargs: [$(NODE_NAME)]\n"


def test_a_cluster_without_nodes_of_this_machine_is_refused(cluster: Cluster, docker: FakeProgram, toy: Addon) -> None:
    docker.answer("ps")
    with pytest.raises(MissingRequirement, match="unlike c"):
        load_addon(cluster, toy.name)


@pytest.mark.parametrize("addon", [addon for addon in ADDONS.values() if addon.ready], ids=lambda addon: addon.name)
def test_manifests_are_objects_with_every_placeholder_known(
    cluster: Cluster, addon: Addon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addons, "_FACTS", {name: lambda _, value=value: value for name, value in FACTS.items()})
    monkeypatch.setattr(addon_images, "definitions", lambda *_: "kind: CustomResourceDefinition")
    text = addons.manifest(None, cluster, addon, dict.fromkeys(addon.images, "r/image:1"))  # type: ignore[arg-type]
    objects = list(yaml.safe_load_all(text))
    workloads = {
        (each["metadata"].get("namespace"), f"{each['kind'].lower()}/{each['metadata']['name']}")
        for each in objects
        if each["kind"] in ("Deployment", "DaemonSet")
    }
    assert workloads == set(addon.ready)
    assert "$" not in text.replace("$(", "")


def test_lists_of_addons() -> None:
    assert chosen("none") == []
    assert chosen("all") == list(ADDONS.values())
    assert [addon.name for addon in chosen("redis, metallb")] == ["redis", "metallb"]
    with pytest.raises(BadInput, match="unknown addon “x”; choose from network-policy"):
        chosen("metallb,x")


def test_nodes_of_pulled_images_have_a_network_that_enforces_policies() -> None:
    both = addons.chosen("network-policy,metrics-server")
    assert [one.name for one in addons.needed(both, built=True)] == ["network-policy", "metrics-server"]
    assert [one.name for one in addons.needed(both, built=False)] == ["metrics-server"]
    assert [one.name for one in addons.needed(None, built=True)] == ["network-policy", "metrics-server"]
    assert addons.needed(None, built=False) == []

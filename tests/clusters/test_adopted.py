"""A cluster that is not ours, as its API server describes it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.clusters import engine_install
from kubeskeptic.clusters.adopted import NoEngine, adopted, file_name
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.cluster_record import as_record, cluster_from
from kubeskeptic.errors import ClusterError, CommandFailed, Forbidden, MissingRequirement, NotFound
from kubeskeptic.guard import Risk
from kubeskeptic.guard.ownership import why_not_ours
from kubeskeptic.node_access import EngineAccess, NoAccess, PodAccess
from kubeskeptic.node_access.access import access_to
from tests.clusters.fakes import FakeProgram, listed


def a_node(name: str, *labels: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "labels": dict.fromkeys(labels, "")},
        "status": {"nodeInfo": {"kubeletVersion": "v1.36.3"}},
    }


NODES = [a_node("b"), a_node("a"), a_node("z", "node-role.kubernetes.io/control-plane")]


@pytest.fixture
def kube() -> Any:
    return SimpleNamespace(context="Prod/EU", list=lambda _: {"items": NODES})


def test_nodes_and_version_come_from_the_api(kube: Any) -> None:
    found = adopted(kube, Path("/k"), "agent:1")
    assert [(one.name, one.role) for one in found.nodes] == [("z", "control-plane"), ("a", "worker"), ("b", "worker")]
    assert (found.kubernetes, found.provider, found.agent_image) == ("v1.36.3", "adopted", "agent:1")


@pytest.mark.parametrize(
    ("data", "image"),
    [
        ({"risk": "node", "agent-image": "current:1"}, "current:1"),
        ({"risk": "node", "agent-image": "older:1"}, ""),
        ({"risk": "node"}, ""),
        (NotFound("there is none", 404), ""),
        (Forbidden("not allowed", 403), ""),
    ],
)
def test_the_image_that_was_loaded_when_it_was_adopted_is_used_if_it_is_current(
    kube: Any, monkeypatch: pytest.MonkeyPatch, data: dict[str, str] | ClusterError, image: str
) -> None:
    def get(*_: object) -> Any:
        if isinstance(data, ClusterError):
            raise data
        return {"data": data}

    kube.get = get
    monkeypatch.setattr(AgentImage, "reference", "current:1")
    assert adopted(kube, Path("/k"), "").agent_image == image
    assert adopted(kube, Path("/k"), "given:1").agent_image == "given:1"


def test_a_context_called_anything_is_a_part_of_a_path() -> None:
    assert file_name("Prod/EU west:1") == "context-prod-eu-west-1"


def test_nothing_is_done_to_nodes_without_an_engine() -> None:
    with pytest.raises(MissingRequirement, match="cannot kill a node"):
        NoEngine().kill("w1")
    assert NoEngine().nodes("any") == []


@pytest.mark.parametrize(
    ("context", "loopback", "there", "found"),
    [
        ("kind-x", True, ("a", "b", "z"), True),
        ("kind-x", True, ("a", "b"), False),
        ("kind-x", False, ("a", "b", "z"), False),
        ("x", True, ("a", "b", "z"), False),
    ],
)
def test_a_kind_cluster_of_this_machine_has_its_engine(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    context: str,
    loopback: bool,
    there: tuple[str, ...],
    found: bool,
) -> None:
    docker = FakeProgram(tmp_path)
    docker.answer("ps", "--all", "--filter", "label=io.x-k8s.kind.cluster=x", out="".join(map(listed, there)))
    docker.answer("inspect", out="sha256:1\n")
    monkeypatch.setattr(engine_install, "find", lambda _: docker.engine)
    kube: Any = SimpleNamespace(context=context, on_loopback=loopback, list=lambda _: {"items": NODES})
    made = adopted(kube, Path("/k"), "agent:1")
    assert (made.engine, made.image) == ((docker.engine, "sha256:1") if found else (NoEngine(), ""))
    assert cluster_from(as_record(made)).engine == made.engine
    assert why_not_ours(made, kube)


def test_it_is_found_again_from_its_record(kube: Any) -> None:
    found = adopted(kube, Path("/k"), "agent:1")
    assert cluster_from(as_record(found)) == found


def test_the_way_into_nodes_goes_by_what_is_allowed(kube: Any) -> None:
    found = adopted(kube, Path("/k"), "agent:1")
    assert isinstance(access_to(found, kube, Risk.NODE, "r1"), PodAccess)
    nowhere = access_to(found, kube, Risk.NAMESPACE, "r1")
    assert isinstance(nowhere, NoAccess)
    with pytest.raises(CommandFailed, match="needs risk level node, but this cluster allows only own-namespace"):
        nowhere.run("a", ["true"])
    own: Any = SimpleNamespace(provider="kind", engine=None)
    assert isinstance(access_to(own, kube, Risk.CONTROL_PLANE, "r1"), EngineAccess)

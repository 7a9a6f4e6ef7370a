"""The agent's image on its way to nodes, registries and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.clusters import agents
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.builds.workshop import Workshop
from kubeskeptic.clusters.engine import CLUSTER_LABEL
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.errors import BadInput
from tests.clusters.fakes import FakeProgram, listed


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeProgram:
    """An engine with a registry in reach, and an archive that it built."""
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    (tmp_path / "built.tar").write_text("archive")
    monkeypatch.setattr(agents, "from_registry", lambda *_: tmp_path / "built.tar")
    program = FakeProgram(tmp_path / "bin")
    program.answer("pull", out="3.11-slim: Pulling from library/python\n")
    return program


@pytest.fixture
def workshop(docker: FakeProgram) -> Workshop:
    return Workshop(quiet)


def test_pushed_it_has_the_name_that_the_registry_knows(
    docker: FakeProgram, workshop: Workshop, tmp_path: Path
) -> None:
    reference = AgentImage(workshop).reference
    pushed = agents.push(workshop, docker.engine, "registry.example:5000/team/agent")
    assert pushed == f"registry.example:5000/team/agent:{reference.rpartition(':')[2]}"
    assert docker.calls[-3:] == [
        ["load", "--input", str(tmp_path / "built.tar")],
        ["tag", reference, pushed],
        ["push", pushed],
    ]


def test_saved_it_is_a_file(docker: FakeProgram, workshop: Workshop, tmp_path: Path) -> None:
    agents.save(workshop, docker.engine, tmp_path / "agent.tar")
    assert (tmp_path / "agent.tar").read_text() == "archive"


def test_loaded_it_is_in_every_node_of_anybodys_kind_cluster(docker: FakeProgram, workshop: Workshop) -> None:
    docker.answer(
        "ps", out="".join(listed(name, **{CLUSTER_LABEL: "ci"}) for name in ("ci-control-plane", "ci-worker"))
    )
    reference = agents.load_into(workshop, docker.engine, "ci")
    assert reference == AgentImage(workshop).reference
    assert {call[2] for call in docker.calls if "import" in call} == {"ci-control-plane", "ci-worker"}


def test_a_cluster_that_is_not_there_is_named(docker: FakeProgram, workshop: Workshop) -> None:
    with pytest.raises(BadInput, match="no nodes of a kind cluster ci"):
        agents.load_into(workshop, docker.engine, "ci")

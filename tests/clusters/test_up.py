"""Up and down from the outside: what they ask of the engine and of kind on a machine that has both and a registry."""

from __future__ import annotations

import json
import os
import platform
import stat
from pathlib import Path

import pytest

from kubeskeptic import clusters, paths
from kubeskeptic.clusters import addons, cluster, engine_install, machine
from kubeskeptic.clusters.cluster import Record
from kubeskeptic.clusters.node_source import PINNED
from kubeskeptic.clusters.steps import Progress, quiet
from kubeskeptic.clusters.store import Store
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement
from tests.clusters.fakes import listed
from tests.clusters.laptop import NODES, Laptop, begin


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return Laptop(tmp_path / "bin")


@pytest.fixture
def finished(laptop: Laptop) -> Laptop:
    """The laptop with a cluster that `up` made before."""
    laptop.has_nodes("running", "running")
    begin("c")
    cluster.kubeconfig("c").touch()
    cluster.write_record("c", Record("v1.37.0", PINNED, "agent:1"))
    return laptop


def test_a_new_cluster_is_made_of_kinds_own_image(laptop: Laptop) -> None:
    made = clusters.up("c", workers=1)
    (create,) = laptop.made()
    folder = paths.state() / "clusters/c"
    assert create == [
        "create", "cluster", "--name", "c", "--config", f"{folder}/kind.yaml",
        "--kubeconfig", f"{folder}/kubeconfig", "--retain",
    ]  # fmt: skip
    assert made.context == "kind-c"
    assert made.kubernetes == "v1.37.0"
    assert stat.S_IMODE(made.kubeconfig.stat().st_mode) == 0o600
    waits = [call for call in laptop.docker.calls if "wait" in call or "rollout" in call]
    assert len(waits) == 4


def test_a_healthy_cluster_is_used_again(finished: Laptop) -> None:
    made = clusters.up("c", workers=1)
    assert finished.made() == []
    assert [node.name for node in made.workers] == ["c-worker"]
    assert made.control_plane.name == "c-control-plane"


@pytest.mark.parametrize(
    ("states", "reason"),
    [(("running", "exited"), "c-worker not running"), (("running",), "it has 1 node instead of 2")],
)
def test_a_broken_cluster_is_deleted_and_made_anew(finished: Laptop, states: tuple[str, ...], reason: str) -> None:
    finished.has_nodes(*states)
    said: list[str] = []
    clusters.up("c", workers=1, progress=said.append)
    assert [call[0] for call in finished.made()] == ["delete", "create"]
    assert f"creating cluster c: {reason}" in said


def test_a_healthy_cluster_that_differs_is_named_and_left_alone(finished: Laptop) -> None:
    cluster.write_record("c", Record("v1.37.0", PINNED, "agent:1", {"workers": "1", "profile": "quick"}))
    with pytest.raises(
        BadInput, match=r"c exists and is healthy, with profile quick, not profile default; run `skeptic down"
    ):
        clusters.up("c", profile="default")
    assert finished.made() == []
    said: list[str] = []
    clusters.up("c", progress=said.append)
    assert "cluster c exists and is healthy, with workers 1, profile quick" in said


def test_a_broken_cluster_is_made_with_the_options_it_had(finished: Laptop) -> None:
    cluster.write_record("c", Record("v1.37.0", PINNED, "agent:1", {"workers": "1", "profile": "quick"}))
    finished.has_nodes("running", "exited")
    clusters.up("c")
    assert "node-monitor-grace-period" in cluster.configuration("c").read_text()
    record = cluster.read_record("c")
    assert record is not None
    assert (record.options["profile"], record.options["workers"]) == ("quick", "1")


def test_addons_that_are_asked_for_are_set_up_and_no_others(finished: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(addons, "load_addon", lambda _, name, **__: loaded.append(name))
    clusters.up("c", workers=1)
    clusters.up("c", workers=1, addons="none")
    assert loaded == []
    clusters.up("c", workers=1, addons="metallb,contour")
    assert loaded == ["metallb", "contour"]


def test_a_healthy_cluster_needs_no_registry(finished: Laptop) -> None:
    finished.docker.answer("pull", err="no such host", status=1)
    clusters.up("c", workers=1)
    assert finished.made() == []
    assert not [call for call in finished.docker.calls if call[0] in ("pull", "images")]


def test_a_cluster_of_another_image_is_made_anew(finished: Laptop) -> None:
    cluster.write_record("c", Record("v1.37.0", "another", "agent:1"))
    clusters.up("c", workers=1)
    assert [call[0] for call in finished.made()] == ["delete", "create"]


def test_one_that_was_never_finished_is_made_anew(finished: Laptop) -> None:
    (cluster.folder("c") / "cluster.json").unlink()
    said: list[str] = []
    clusters.up("c", workers=1, progress=said.append)
    assert [call[0] for call in finished.made()] == ["delete", "create"]
    assert "creating cluster c: it was never finished" in said


def test_a_damaged_record_is_told_from_none(finished: Laptop) -> None:
    (cluster.folder("c") / "cluster.json").write_text('{"kubernetes": "v1.3')
    with pytest.raises(BadInput, match=r"the record of cluster c at .* is damaged; `skeptic up --name c`"):
        clusters.find("c")
    said: list[str] = []
    clusters.up("c", workers=1, progress=said.append)
    assert "creating cluster c: its record is damaged" in said
    assert clusters.find("c") is not None


def test_a_record_is_replaced_whole_or_not_at_all(finished: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, text: str, **_: str) -> int:
        with self.open("w") as file:
            file.write(text[:5])
        raise OSError("no space left on device")

    before = cluster.read_record("c")
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        cluster.write_record("c", Record("v1.37.1", PINNED, "agent:2"))
    assert cluster.read_record("c") == before


def test_a_failed_creation_leaves_nothing_that_looks_finished(laptop: Laptop) -> None:
    laptop.kind.answer("create", err="ERROR: failed to create cluster", status=1)
    with pytest.raises(CommandFailed, match="failed to create cluster"):
        clusters.up("c", workers=1)
    assert cluster.read_record("c") is None
    assert laptop.made()[-1][:2] == ["export", "logs"]


def test_what_a_node_lacks_is_read_from_its_console(laptop: Laptop) -> None:
    laptop.kind.answer("create", err="could not find a log line", status=1)
    laptop.docker.answer("logs", out="Failed to create control group inotify object: Too many open files\n")
    begin("c")
    laptop.docker.answer("ps", out=listed(NODES[0], "exited"))
    with pytest.raises(MissingRequirement, match="a node did not start: inotify instances or open files ran out"):
        clusters.up("c", workers=1)


def test_a_cluster_that_has_no_room_is_not_begun(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"ServerVersion": "28", "CgroupVersion": "2", "KernelVersion": platform.release()}
    laptop.docker.answer("info", out=json.dumps(facts))
    monkeypatch.setattr(machine, "inotify_shortage", lambda *_: "120 of 128 are in use")
    with pytest.raises(MissingRequirement, match="120 of 128"):
        clusters.up("c", workers=1)
    assert laptop.made() == []


def test_finding_touches_nothing(finished: Laptop) -> None:
    found = clusters.find("c")
    assert found is not None
    assert found.agent_image == "agent:1"
    assert {call[0] for call in finished.docker.calls} == {"info", "ps"}
    finished.has_nodes("running", "exited")
    assert clusters.find("c") is None


def test_down_deletes_and_is_fine_with_nothing(finished: Laptop) -> None:
    clusters.down("c")
    assert finished.made()[0][:4] == ["delete", "cluster", "--name", "c"]
    assert not cluster.folder("c").exists()
    finished.docker.answer("ps")
    clusters.down("c")
    assert len(finished.made()) == 1


@pytest.mark.parametrize("name", ["", "Big", "a b", "-a", "a/b", "a" * 41])
def test_names_that_containers_cannot_have_are_refused(name: str) -> None:
    with pytest.raises(BadInput, match="is not a valid cluster name"):
        clusters.up(name)


def test_no_engine_and_no_right_to_start_one_is_one_sentence(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop.docker.answer("info", err="Cannot connect", status=1)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    store = Store(paths.cache() / "builds")
    with pytest.raises(MissingRequirement, match="start Docker, or run this as root on Debian"):
        engine_install.provide(store, Progress(quiet, paths.state() / "logs"))


@pytest.mark.parametrize(
    ("name", "trouble", "why"),
    [
        ("Docker version 28", "permission denied while trying to connect", "Docker refuses this user its socket; join"),
        ("podman version 5.4", "", "the command docker is Podman's here"),
    ],
)
def test_a_docker_that_cannot_be_used_is_named(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, name: str, trouble: str, why: str
) -> None:
    laptop.docker.answer("--version", out=name)
    laptop.docker.answer("info", out='{"host": {"os": "linux"}}', err=trouble, status=1 if trouble else 0)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MissingRequirement, match=why):
        clusters.up("c")


def test_a_rootless_docker_is_refused_by_name(laptop: Laptop) -> None:
    laptop.docker.answer("info", out=json.dumps({"ServerVersion": "28", "SecurityOptions": ["name=rootless"]}))
    with pytest.raises(MissingRequirement, match="Docker runs rootless here"):
        clusters.up("c")


def test_what_cannot_be_counted_is_warned_of(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"ServerVersion": "28", "CgroupVersion": "2", "KernelVersion": platform.release()}
    laptop.docker.answer("info", out=json.dumps(facts))
    monkeypatch.setattr(machine, "inotify_shortage", lambda *_: "120 of 128 are in use")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    said: list[str] = []
    clusters.up("c", workers=1, progress=said.append)
    assert "perhaps too little: 120 of 128 are in use" in said


@pytest.mark.parametrize(("mixed", "made"), [(True, []), (False, ["delete", "create"])])
def test_a_cluster_whose_upgrade_is_unfinished_is_left_alone(finished: Laptop, *, mixed: bool, made: list[str]) -> None:
    cluster.write_record("c", Record("v1.38.0", PINNED, "agent:1", mixed=mixed))
    clusters.up("c", workers=1)
    assert [call[0] for call in finished.made()] == made

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kubeskeptic.clusters import cluster, doctor, health, node_source
from kubeskeptic.clusters.machine import Diagnosis, Level
from kubeskeptic.errors import MissingRequirement
from tests.clusters.fakes import FakeProgram, listed
from tests.clusters.laptop import Laptop
from tests.clusters.test_delete_guard import a_fault_in_force
from tests.clusters.test_up import finished, laptop

__all__ = ["finished", "laptop"]  # fixtures


def said(diagnoses: list[Diagnosis], what: str) -> Diagnosis:
    (diagnosis,) = [diagnosis for diagnosis in diagnoses if diagnosis.what == what]
    return diagnosis


@pytest.fixture(autouse=True)
def sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network: module proxy and package mirror are out of reach."""

    def unreachable() -> str:
        raise MissingRequirement("does not answer")

    monkeypatch.setattr(doctor, "_ask_mirror", unreachable)
    monkeypatch.setattr(doctor, "_ask_modules", unreachable)


def test_with_a_registry_nothing_that_building_needs_can_fail(finished: Laptop) -> None:
    diagnoses = doctor.examine("c")
    assert said(diagnoses, "image registry").level is Level.OK
    assert said(diagnoses, "Debian mirror").level is Level.WARN
    assert said(diagnoses, "cluster c") == Diagnosis(Level.OK, "cluster c", "healthy, Kubernetes v1.37.0, 1 worker")


def test_without_registry_images_and_mirror_up_will_fail(finished: Laptop) -> None:
    finished.docker.answer("pull", err="no such host", status=1)
    diagnoses = doctor.examine("c")
    assert said(diagnoses, "Debian mirror").level is Level.FAIL
    assert said(diagnoses, "Go modules").level is Level.FAIL


def test_images_that_are_there_need_no_sources(finished: Laptop) -> None:
    finished.docker.answer("pull", err="no such host", status=1)
    finished.docker.answer("images", out="sha256:1\n")
    diagnoses = doctor.examine("c")
    assert said(diagnoses, "images").says == "the node image of v1.37.2 is present"
    assert said(diagnoses, "Go modules").level is Level.WARN


def test_a_cluster_of_another_image_is_one_that_up_recreates(finished: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_source, "outdated", lambda image, version: True)
    about = said(doctor.examine("c"), "cluster c")
    assert (about.level, about.says) == (
        Level.WARN,
        "its nodes use another image; `skeptic up --name c` recreates it",
    )


@pytest.mark.parametrize(("mixed", "version"), [(False, "v1.37.0"), (True, None)])
def test_a_cluster_of_several_versions_is_not_held_to_one(
    finished: Laptop, monkeypatch: pytest.MonkeyPatch, mixed: bool, version: str | None
) -> None:
    record = cluster.read_record("c")
    assert record is not None
    monkeypatch.setattr(cluster, "read_record", lambda name: replace(record, mixed=mixed))
    held_to: list[str | None] = []
    monkeypatch.setattr(health, "trouble", lambda engine, name, names, kubernetes: held_to.append(kubernetes))
    assert said(doctor.examine("c"), "cluster c").level is Level.OK
    assert held_to == [version]


def test_leftovers_are_named_with_what_to_do(finished: Laptop, tmp_path: Path) -> None:
    label = "io.x-k8s.kind.cluster"
    rows = [listed(name, "exited", **{label: "c"}) for name in ("c-control-plane", "c-worker")]
    finished.docker.answer("ps", "--all", "--filter", f"label={label}", out="".join(rows) + listed("x", **{label: "x"}))
    finished.docker.answer("ps", "--all", "--filter", f"label={label}=c", out="".join(rows))
    (tmp_path / "cache/builds/.node-root-bookworm-1.half").mkdir(parents=True)
    diagnoses = doctor.examine("c")
    assert "recreates it" in said(diagnoses, "cluster c").says
    assert said(diagnoses, "cluster x").says == "not ours: `skeptic up` and `skeptic down` leave it alone"
    assert said(diagnoses, "cluster x").level is Level.OK
    assert "1 interrupted or running build" in " ".join(each.says for each in diagnoses if each.what == "leftovers")


def test_a_cluster_of_somebody_else_under_our_name_makes_up_fail(laptop: Laptop) -> None:
    laptop.has_nodes("running", "running")
    diagnosis = said(doctor.examine("c"), "cluster c")
    assert diagnosis.level is Level.FAIL
    assert diagnosis.says.startswith("not ours")


def test_a_broken_cluster_in_use_makes_up_fail(finished: Laptop) -> None:
    finished.has_nodes("running", "exited")
    a_fault_in_force("c")
    diagnosis = said(doctor.examine("c"), "cluster c")
    assert diagnosis.level is Level.FAIL
    assert "c-worker not running; `skeptic up` would recreate it, but it has faults in force" in diagnosis.says


@pytest.mark.parametrize(("record", "says"), [("", "its record is damaged"), (None, "never finished")])
def test_a_cluster_without_a_whole_record_says_so(finished: Laptop, record: str | None, says: str) -> None:
    file = cluster.folder("c") / "cluster.json"
    file.unlink()
    if record is not None:
        file.write_text(record)
    diagnosis = said(doctor.examine("c"), "cluster c")
    assert diagnosis == Diagnosis(Level.WARN, "cluster c", f"{says}; `skeptic up --name c` recreates it")


def test_a_cluster_without_its_engine_is_a_leftover(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop.docker.answer("info", err="Cannot connect", status=1)
    cluster.folder("c").mkdir(parents=True)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    diagnoses = doctor.examine("c")
    assert said(diagnoses, "engine").level is Level.FAIL
    assert "its engine is gone" in said(diagnoses, "cluster c").says


def test_fakes_are_programs(tmp_path: Path) -> None:
    program = FakeProgram(tmp_path)
    program.answer("a", out="x'\"$y\n")
    assert program.engine.call("a", "b c", "") == "x'\"$y\n"
    assert program.calls == [["a", "b c", ""]]

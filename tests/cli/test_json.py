"""What commands print for programs, and the examples in their help."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner

from kubeskeptic.cli import clusters as machine
from kubeskeptic.cli import main, safety
from kubeskeptic.clusters import Engine, agents
from kubeskeptic.clusters.adopted import NoEngine
from kubeskeptic.clusters.machine import Diagnosis, Level
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.guard import Risk
from kubeskeptic.paths import checkout
from kubeskeptic.undo import Leftover, leftovers

from ..reports.test_comparison import finding, result

TABLE = Leftover("table", "skeptic-r1", "the table skeptic-r1 in node w1", "w1", "r1")
UNSEEN = Leftover("unseen", "nodes", "the nodes may not be inspected")


def printed(*words: object, status: int = 0) -> Any:
    """The data on standard output."""
    ended = CliRunner().invoke(main, [str(word) for word in words])
    assert ended.exit_code == status, ended.output
    return json.loads(ended.stdout)


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[Leftover]:
    """What is left in a cluster that only exists here."""
    found: list[Leftover] = []

    @contextmanager
    def site_of(*_: object, **__: object) -> Iterator[Any]:
        yield SimpleNamespace(kube=None, access=SimpleNamespace(inside=True))

    monkeypatch.setattr(safety, "site_of", site_of)
    monkeypatch.setattr(safety, "_user", lambda *_: "")
    monkeypatch.setattr(leftovers, "find", lambda *_: found)
    return found


@pytest.mark.parametrize(
    ("there", "clean", "status"),
    [([], True, 0), ([TABLE], False, 20), ([TABLE, UNSEEN], False, 20), ([UNSEEN], None, 10)],
)
def test_the_state_of_a_cluster(left: list[Leftover], there: list[Leftover], clean: bool | None, status: int) -> None:
    left += there
    said = printed("status", "--json", status=status)
    assert (said["clean"], said["used_by"], [one["kind"] for one in said["left"]]) == (
        clean, None, [one.kind for one in there],
    )  # fmt: skip


def test_a_cluster_in_use_is_neither_clean_nor_not(left: list[Leftover], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "_user", lambda *_: "run r2 is using the cluster")
    assert printed("status", "--json", status=10) == {
        "clean": None,
        "used_by": "run r2 is using the cluster",
        "left": [],
    }


def test_what_would_be_cleaned_up(left: list[Leftover]) -> None:
    left.append(TABLE)
    (said,) = printed("cleanup", "--dry-run", "--json")
    assert said == {"kind": "table", "name": "skeptic-r1", "says": TABLE.says, "node": "w1", "run": "r1"}
    plain = CliRunner().invoke(main, ["cleanup", "--dry-run"])
    assert (plain.exit_code, plain.output) == (0, f"would remove: {TABLE.says}\n")


def test_cleaning_up_says_what_it_does_and_how_it_ended(left: list[Leftover], monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def alone(*_: object) -> Iterator[int]:
        yield 1

    def clean(*_: object, say: Any) -> int:
        say("the table skeptic-r1 is removed")
        return 1

    monkeypatch.setattr(safety, "alone", alone)
    monkeypatch.setattr(safety, "clean", clean)
    ended = CliRunner().invoke(main, ["cleanup"])
    assert (ended.exit_code, ended.output) == (
        0,
        "the table skeptic-r1 is removed\nclean: 2 things undone or removed\n",
    )


@pytest.mark.parametrize("command", ["cleanup", "prove"])
def test_there_is_no_data_without_a_dry_run(command: str) -> None:
    ended = CliRunner().invoke(main, [command, "--json"])
    assert (ended.exit_code, "add --dry-run" in ended.output) == (4, True)


def test_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "examine", lambda _: [Diagnosis(Level.FAIL, "engine", "none answers")])
    assert printed("doctor", "--json", status=1) == [
        {"level": Level.FAIL.value, "what": "engine", "says": "none answers"}
    ]


def test_faults_and_their_settings() -> None:
    all_ = {one["name"]: one for one in printed("faults", "--json")}
    assert all_.keys() == FAULTS.keys()
    node, percent = all_["drop_packets"]["settings"][:2]
    assert node == {"name": "node", "type": "text", "says": "name of the node"}
    assert percent == {"name": "percent", "type": "whole number", "says": "whole number from 1 to 99"}
    assert printed("faults", "drop_packets", "--json") == [all_["drop_packets"]]


def test_a_tally_is_what_it_writes(tmp_path: Path) -> None:
    for at in (1, 2):
        (tmp_path / f"{at}.json").write_text(json.dumps(result(finding("holds", float(at)), id=f"r{at}")))
    kept = tmp_path / "noise.json"
    said = printed("tally", tmp_path / "1.json", tmp_path / "2.json", "--json", "--write", kept)
    assert said == json.loads(kept.read_text())
    assert [one["id"] for one in said["runs"]] == ["r1", "r2"]


def test_what_would_be_proven() -> None:
    file = checkout() / "suites" / "services" / "test_readiness.py"
    told = printed("prove", "--suites", file, "--sabotage", "coredns-stale", "--dry-run", "--json")
    assert [(one["scenario"], list(one["sabotages"])) for one in told] == [("services/readiness", ["coredns-stale"])]
    assert {"claim": "headless.many-a", "case": ""}.keys() == told[0]["sabotages"]["coredns-stale"][0].keys()


@pytest.mark.parametrize("before", [None, Risk.NODE])
@pytest.mark.parametrize(("engine", "image"), [(Engine(), "agent:1"), (NoEngine(), None)])
@pytest.mark.parametrize("risk", ["control-plane", "read-only"])
def test_an_adoption_says_what_was_allowed_before_and_keeps_the_loaded_image(
    monkeypatch: pytest.MonkeyPatch, before: Risk | None, engine: Engine, image: str | None, risk: str
) -> None:
    image = image if risk == "control-plane" else None
    applied: list[Any] = []

    @contextmanager
    def handle(*_: object) -> Iterator[Any]:
        yield SimpleNamespace(apply=applied.append, context="kind-x")

    monkeypatch.setattr(agents, "load_into", lambda *_: "agent:1")
    there = SimpleNamespace(engine=engine, kind_name="x")
    monkeypatch.setattr(sys.modules["kubeskeptic.cli.adopt"], "adopted", lambda *_: there)

    monkeypatch.setattr(sys.modules["kubeskeptic.cli.adopt"], "_handle", handle)
    monkeypatch.setattr(sys.modules["kubeskeptic.cli.adopt"], "consent", lambda _: before)
    said = printed("adopt", "--context", "kind-x", "--risk", risk, "--json")
    was = before.words if before else None
    assert said == {"context": "kind-x", "risk": risk, "was": was, "agent_image": image}
    assert applied[0]["data"] == {"risk": risk} | ({"agent-image": image} if image else {})


def commands(group: click.Group, *words: str) -> Iterator[tuple[str, ...]]:
    for name, one in group.commands.items():
        yield (*words, name)
        if isinstance(one, click.Group):
            yield from commands(one, *words, name)


@pytest.mark.parametrize("words", list(commands(main)), ids=" ".join)
def test_the_help_of_every_command_has_an_example(words: tuple[str, ...]) -> None:
    said = CliRunner().invoke(main, [*words, "--help"]).output
    assert f"skeptic {' '.join(words)}" in said.partition("\n\n")[2]

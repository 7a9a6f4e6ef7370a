"""The beginning of a run: the ``run`` record, and what keeps a run from beginning."""

from __future__ import annotations

from contextlib import closing, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import (
    BadInput,
    CommandFailed,
    Inconclusive,
    LeftDirty,
    MissingRequirement,
    NotAsked,
    PatienceExhausted,
    Refused,
    SkepticError,
    Unanswered,
    Untestable,
)
from kubeskeptic.guard.risk import Risk
from kubeskeptic.journal import Journal
from kubeskeptic.runs import opening
from kubeskeptic.runs.model import RunOptions
from kubeskeptic.runs.opening import _declare, open_run
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import load

KUBELETS = {"cp": "v1.37.2", "w": "v1.36.3"}
KNOWN = {"within": ["suites"], "cases": {"heal.crash": ["once"]}}


@pytest.mark.parametrize("known", [{}, KNOWN])
def test_kubelets_and_known_cases_are_in_the_record_and_may_be_told_twice(
    tmp_path: Path, known: dict[str, Any]
) -> None:
    cluster = SimpleNamespace(
        kubernetes="v1.37.2", provider="kind", context="kind-up",
        nodes=[SimpleNamespace(name=name, role="worker") for name in KUBELETS],
    )  # fmt: skip
    with closing(Journal(tmp_path / "journal.jsonl", run="r1")) as journal:
        run: Any = SimpleNamespace(
            id="r1",
            seed=7,
            journal=journal,
            cluster=cluster,
            nodes=tuple(KUBELETS),
            kubelets=KUBELETS,
            settings=Settings({}),
        )
        options = RunOptions(id="r1", known=known)
        _declare(run, options)
        run.settings = Settings({"START": Setting("START", 3.2, "six pods")})
        _declare(run, options)
    evidence = load(tmp_path / "journal.jsonl")
    assert not evidence.damage
    assert evidence.run["kubelets"] == KUBELETS
    assert evidence.run.get("known") == (known or None)
    assert evidence.run["settings"]["START"]["value"] == 3.2


def begun(folder: Path) -> None:
    with open_run(RunOptions(id="r1", reports=folder)):
        raise AssertionError("a run has begun")


@pytest.mark.parametrize("at", ["connected", "access_to"])
@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (MissingRequirement("no container engine"), False),
        (PatienceExhausted("gave up waiting for an agent on every node"), False),
        (CommandFailed("docker", 1, "no"), False),
        (Unanswered("the API server does not answer"), False),
        (BadInput("there is no context nowhere"), True),
        (Inconclusive("the instrument is not right"), True),
        (LeftDirty("a table is left"), True),
        (Refused("another run is using the cluster"), True),
        (NotAsked("the cluster allows only looking"), True),
    ],
)
def test_a_run_that_cannot_begin_does_not_end_as_if_a_claim_were_violated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, error: SkepticError, *, kept: bool
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(opening, "connected", lambda _: (None, SimpleNamespace(name="c", agent_image="agent:1")))
    monkeypatch.setattr(opening, "Guard", lambda *_: SimpleNamespace(pin=lambda: Risk.CONTROL_PLANE))
    monkeypatch.setattr(opening, "Lease", lambda *_: nullcontext())
    for name in ("usable", "wait_for_orphans"):
        monkeypatch.setattr(opening, name, lambda _: None)
    monkeypatch.setattr(opening, at, fail)
    with pytest.raises(type(error) if kept else Untestable) as raised:
        begun(tmp_path)
    assert str(raised.value) == str(error)
    assert raised.value.exit_status not in (0, 1)


def test_a_run_needs_an_image_for_the_agent_once_the_cluster_is_known_to_be_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Risk:
        raise Refused("it was not adopted")

    monkeypatch.setattr(opening, "connected", lambda _: (None, SimpleNamespace(name="c", agent_image="")))
    for pin, error in ((refuse, Refused), (lambda: Risk.NODE, BadInput)):
        monkeypatch.setattr(opening, "Guard", lambda *_, pin=pin: SimpleNamespace(pin=pin))
        with pytest.raises(error):
            begun(tmp_path / error.__name__)

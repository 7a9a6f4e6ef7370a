"""The ``run`` record: what is under test, once at the beginning and again when more is known."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.journal import Journal
from kubeskeptic.runs.opening import _declare
from kubeskeptic.runs.options import RunOptions
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

"""`skeptic watch`: whatever keeps it from watching, the command is not run, and the exit status says so."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kubeskeptic import process, watching
from kubeskeptic.cli import main
from kubeskeptic.errors import LeftDirty, NotAsked, Refused, SkepticError, Untestable


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAsked("a run needs own-namespace, but this cluster allows only read-only"), 21),
        (Untestable("no healthy cluster"), 21),
        (Refused("the cluster is in use"), 21),
        (LeftDirty("a table is left"), 20),
    ],
)
def test_a_command_that_was_not_run_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: SkepticError, status: int
) -> None:
    def open_run(_: Any) -> AbstractContextManager[None]:
        raise error

    monkeypatch.setattr(watching, "open_run", open_run)
    monkeypatch.setattr(process, "catch_signals", lambda: None)
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(main, ["watch", "--", "touch", str(tmp_path / "ran")])
    assert (ended.exit_code, str(error) in ended.output) == (status, True)
    assert not (tmp_path / "ran").exists()

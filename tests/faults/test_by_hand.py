"""A fault from a shell on a machine whose disk fills up meanwhile."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import LeftDirty
from kubeskeptic.journal import Journal, read
from kubeskeptic.runs.model import RunOptions

from .world import Break, FullDisk, a_site

by_hand: Any = import_module("kubeskeptic.cli.faults")  # the package's name for it is the command


class FullAtTheEnd(FullDisk):
    """A journal whose last record finds no room."""

    def __init__(self, folder: Path, run: str) -> None:
        folder.mkdir(parents=True)
        super().__init__(Journal(folder / "journal.jsonl", run=run), "none")

    def close(self) -> None:
        self.journal.close()

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> dict[str, Any]:
        if kind == "run-ended":
            raise OSError(28, "No space left on device")
        return super().write(kind, sync=sync, **fields)


def hold(folder: Path) -> None:
    """Inflict what then cannot be undone."""
    cluster: Any = SimpleNamespace(context="kind-c", engine=None)
    with a_site(folder) as made:
        site = replace(made, cluster=cluster)
        with by_hand._in_a_journal(site, Break("jug"), RunOptions(reports=folder)):
            raise LeftDirty("mend jug")


def test_what_could_not_be_undone_is_said_though_the_journal_has_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(by_hand, "RunJournal", FullAtTheEnd)
    with pytest.raises(LeftDirty, match="mend jug"):
        hold(tmp_path)
    assert "No space left" in capsys.readouterr().err


def test_the_journal_says_what_could_not_be_undone(tmp_path: Path) -> None:
    cluster: Any = SimpleNamespace(context="kind-c", engine=None)
    options = RunOptions(reports=tmp_path)
    with a_site(tmp_path) as made, by_hand._in_a_journal(replace(made, cluster=cluster), Break("jug"), options) as site:
        site.left.append("mend jug: it is in pieces")
    *_, ended = read(options.folder / "journal.jsonl")
    assert (ended["kind"], ended["clean"], ended["why"]) == ("run-ended", False, "mend jug: it is in pieces")

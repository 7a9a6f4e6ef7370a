"""A journal of five facts, its lines, and what is read of it."""

from __future__ import annotations

from pathlib import Path

from kubeskeptic.journal import Damage, Journal, read


def five_facts(tmp_path: Path) -> Path:
    """A journal of five facts."""
    journal = Journal(tmp_path / "journal.jsonl", clock=lambda: 1.5, run="r1")
    for name in "abcde":
        journal.write("fact", name=name, value="ä")
    journal.close()
    return journal.path


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def damage(path: Path) -> list[str]:
    return [record["why"] for record in read(path) if isinstance(record, Damage)]


def names(path: Path) -> str:
    return "".join(record["name"] for record in read(path) if record["kind"] == "fact")

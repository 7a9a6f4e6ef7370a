"""Journals of facts, what their lines and a reader say of them, and a disk that is full."""

import errno
import json
from pathlib import Path
from typing import Any

from kubeskeptic.journal import Journal, read


def written(path: Path, *names: str, run: str = "") -> bytes:
    journal = Journal(path, clock=lambda: 1.5, run=run)
    for name in names:
        journal.write("fact", name=name, value="ä")
    journal.close()
    return path.read_bytes()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def seen(path: Path) -> list[str]:
    """What a reader makes of it: names of facts, and kinds of what is none."""
    return [str(record.get("name", record["kind"])) for record in read(path)]


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The facts of a file with rubbish in it."""
    return [json.loads(line) for line in path.read_bytes().splitlines() if b'"name"' in line]


def full_disk(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")

"""Removing a folder in which something may still be mounted: what a killed engine or a killed bootstrap leaves behind."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from kubeskeptic import process
from kubeskeptic.errors import CommandFailed


def remove(folder: Path) -> None:
    """Unmount everything below a folder, then remove it. Never walks into a mounted file system; fine when it is not there."""
    for place in below(folder, _table()):
        with contextlib.suppress(CommandFailed):
            process.run(["umount", "--lazy", place])
    if not below(folder, _table()):
        shutil.rmtree(folder, ignore_errors=True)


def below(folder: Path, table: str) -> list[str]:
    """Mount points below a folder, the innermost first.

    :param table: lines as in ``/proc/self/mounts``
    """
    places = [line.split(" ")[1] for line in table.splitlines()]
    return [place for place in reversed(places) if place.startswith(f"{folder}/")]


def _table() -> str:
    table = Path("/proc/self/mounts")
    return table.read_text(encoding="utf-8") if table.exists() else ""

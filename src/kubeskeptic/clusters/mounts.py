"""Removing a folder in which something may still be mounted: what a killed engine or a killed bootstrap leaves behind."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from kubeskeptic import process
from kubeskeptic.errors import CommandFailed


def remove(folder: Path) -> None:
    """Unmount a folder and everything below it, then remove it; fine when it is not there."""
    release(folder)
    if not below(folder, _table()):  # never walk into a mounted file system
        shutil.rmtree(folder, ignore_errors=True)


def release(folder: Path) -> None:
    """Unmount a folder and everything below it, as far as that can be done."""
    for place in below(folder, _table()):
        with contextlib.suppress(CommandFailed):
            process.run(["umount", "--lazy", place])


def below(folder: Path, table: str) -> list[str]:
    """Mount points at and below a folder, the innermost first.

    :param table: lines as in ``/proc/self/mounts``
    """
    places = [line.split(" ")[1] for line in table.splitlines()]
    return [place for place in reversed(places) if f"{place}/".startswith(f"{folder}/")]


def _table() -> str:
    table = Path("/proc/self/mounts")
    return table.read_text(encoding="utf-8") if table.exists() else ""

"""Removal of folders that contain mounts, such as a killed engine or a killed bootstrap leaves behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

from kubeskeptic import process
from kubeskeptic.errors import CommandFailed


def remove(folder: Path) -> None:
    """Unmount a folder and everything below it, then remove it. A folder that does not exist is no error."""
    release(folder)
    if not below(folder.resolve(), _table()):  # never walk into a mounted file system
        shutil.rmtree(folder, ignore_errors=True)


def release(folder: Path) -> None:
    """Unmount a folder and everything below it. What cannot be unmounted stays mounted."""
    for place in below(folder.resolve(), _table()):
        with contextlib.suppress(CommandFailed):
            process.run(["umount", "--lazy", place])


def below(folder: Path, table: str) -> list[str]:
    """Return the mount points at and below a folder, the innermost first.

    :param folder: without symbolic links, as the kernel lists mount points by their real paths
    :param table: lines as in ``/proc/self/mounts``
    """
    places = [_unescaped(line.split(" ")[1]) for line in table.split("\n") if line]
    return [place for place in reversed(places) if f"{place}/".startswith(f"{folder}/")]


def _unescaped(place: str) -> str:
    """Return a path of the table without escapes: space, tab, newline, backslash and # are octal. Source: getmntent(3)."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), place)


def _table() -> str:
    table = Path("/proc/self/mounts")
    return os.fsdecode(table.read_bytes()) if table.exists() else ""

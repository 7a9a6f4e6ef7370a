"""The figure of all kills: how many, how many of them clean."""

from __future__ import annotations

from pathlib import Path

from .kills import Kill


class Figure:
    """All kills of this session, each in a file as soon as it is known how it went; the last lines are the figure."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done: list[Kill] = []

    def add(self, one: Kill) -> Kill:
        """Note one; it is given back."""
        self._done.append(one)
        self._write(str(one))
        return one

    def close(self) -> str:
        """Say what it came to; nothing when nothing was killed."""
        killed = [one for one in self._done if not one.skipped]
        clean = [one for one in killed if not one.left]
        if not killed:
            return ""
        faults, moments = {one.fault for one in killed}, {one.how for one in killed}
        slowest = max((one.seconds for one in clean), default=0.0)
        says = (
            f"{len(killed)} kills, {len(faults)} faults × {len(moments)} moments: {len(clean)} of {len(killed)} clean "
            f"without any help, the slowest after {slowest:.1f} s"
        )
        self._write(says)
        return "\n".join([*sorted(map(str, self._done)), says])

    def _write(self, line: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

"""The cache of builds, by name, version and recipe.

An entry is a folder that appears complete or not at all: it is built beside its final place and then renamed.
When two processes need the same entry, one builds it and the other waits.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic.clusters import mounts
from kubeskeptic.clusters.steps import Say, quiet


@dataclass(frozen=True)
class Recipe:
    """How an entry is built.

    :param name: the name of the product, such as ``coredns``
    :param version: its version, which makes the folder's name readable
    :param inputs: everything else that the result depends on
    """

    name: str
    version: str
    inputs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with the recipe."""
        written = json.dumps([self.name, self.version, self.inputs])
        return hashlib.sha256(written.encode()).hexdigest()[:12]

    @property
    def entry(self) -> str:
        """The name of the entry's folder."""
        return f"{self.name}-{self.version}-{self.digest}"


@contextmanager
def alone(lock: Path, *, say: Say = quiet, why: str = "") -> Iterator[None]:
    """Hold a lock file during the block, once no other process holds it. The kernel releases it when its holder dies.

    :param say: receives a line when another process holds the lock
    :param why: what the lock protects, for that line
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another process holds the lock, waiting: {why or lock.name}")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


class Store:
    """The entries in one folder."""

    def __init__(self, root: Path, say: Say = quiet) -> None:
        self._root = root
        self._say = say

    def place(self, recipe: Recipe) -> Path:
        """Return the path of the entry, whether or not it exists."""
        return self._root / recipe.entry

    def has(self, recipe: Recipe) -> bool:
        """Return whether the entry exists, which means that it is complete."""
        return self.place(recipe).is_dir()

    def make(self, recipe: Recipe, build: Callable[[Path], None]) -> Path:
        """Return the entry's folder. If it does not exist, it is built first: ``build`` fills an empty folder."""
        place = self.place(recipe)
        if place.is_dir():
            return place
        with alone(self._root / f".{recipe.name}-{recipe.version}.lock", say=self._say, why=recipe.entry):
            if place.is_dir():
                return place
            for left in self._root.glob(f".{recipe.entry}.*"):
                mounts.remove(left)
            unfinished = Path(tempfile.mkdtemp(prefix=f".{recipe.entry}.", dir=self._root))
            try:
                build(unfinished)
                unfinished.chmod(0o755)
                unfinished.rename(place)
            finally:
                mounts.remove(unfinished)
        return place

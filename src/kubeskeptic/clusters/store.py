"""What was built, kept by name, version and recipe, so that it is built once.

An entry is a folder that appears whole or not at all: it is built beside its place and then renamed.
Two processes that need the same entry at the same time wait for each other.
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
    """How something is made.

    :param name: what it is, such as ``coredns``
    :param version: its version, for people who look into the cache
    :param inputs: everything else that decides what comes out
    """

    name: str
    version: str
    inputs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change when the recipe does."""
        written = json.dumps([self.name, self.version, self.inputs])
        return hashlib.sha256(written.encode()).hexdigest()[:12]

    @property
    def entry(self) -> str:
        """The name of the folder in the store."""
        return f"{self.name}-{self.version}-{self.digest}"


@contextmanager
def alone(lock: Path, *, say: Say = quiet, why: str = "") -> Iterator[None]:
    """Hold a lock file; wait for whoever holds it, saying so. The kernel lets go when the holder dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"somebody else is at it, waiting: {why or lock.name}")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


class Store:
    """Entries under one folder."""

    def __init__(self, root: Path, say: Say = quiet) -> None:
        self._root = root
        self._say = say

    def place(self, recipe: Recipe) -> Path:
        """Where the entry is, or will be."""
        return self._root / recipe.entry

    def has(self, recipe: Recipe) -> bool:
        """Whether the entry is there, which means: complete."""
        return self.place(recipe).is_dir()

    def make(self, recipe: Recipe, build: Callable[[Path], None]) -> Path:
        """Return the entry's folder; when it is not there, let ``build`` fill an empty one first."""
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

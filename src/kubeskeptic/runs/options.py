"""What can be asked of a run."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from kubeskeptic.errors import BadInput


@dataclass(frozen=True)
class RunOptions:
    """What was asked for.

    :param cluster: name of our own kind cluster
    :param seed: decides victims
    :param reports: the folder in which the run's own folder is made
    :param sabotages: ids
    :param id: the run's id: unique, sorts by time
    """

    cluster: str = "kubeskeptic"
    seed: int = 0
    reports: Path = Path("reports")
    sabotages: tuple[str, ...] = field(default=())
    id: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}")

    @property
    def folder(self) -> Path:
        """Where the run's journal and reports will be."""
        return self.reports / self.id

    def check(self) -> None:
        """Refuse what makes no sense, before anything is touched.

        :raises BadInput: saying what to ask instead
        """
        from kubeskeptic.sabotages import sabotage

        if self.seed < 0:
            raise BadInput(f"a seed is a whole number from 0, not {self.seed}")
        for id_ in self.sabotages:
            sabotage(id_)

    def again(self, test: str = "") -> str:
        """The command that does the same again."""
        words = ["pytest", *([test] if test else []), "--seed", str(self.seed)]
        if self.cluster != "kubeskeptic":
            words += ["--cluster", self.cluster]
        for id_ in self.sabotages:
            words += ["--sabotage", id_]
        return shlex.join(words)

"""The options of a run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from kubeskeptic.errors import BadInput


@dataclass(frozen=True)
class RunOptions:
    """The options of a run.

    :param cluster: name of our own kind cluster
    :param context: the context of an adopted cluster instead; empty for our own
    :param kubeconfig: the file with that context; None for those that kubectl reads
    :param agent_image: the agent's image, under a name that the nodes of that cluster have or can pull
    :param seed: decides the victims
    :param reports: the folder in which the run's own folder is created
    :param sabotages: ids of the sabotages to perform
    :param changing: whether the run is meant to change the cluster: differences at its end are then recorded, not raised
    :param known: the cases of this version of the suites: ``within`` which files and folders, and ``cases`` by claim
    :param id: the run's id: unique, sorts by time
    """

    cluster: str = "kubeskeptic"
    context: str = ""
    kubeconfig: Path | None = None
    agent_image: str = ""
    seed: int = 0
    reports: Path = Path("reports")
    sabotages: tuple[str, ...] = field(default=())
    changing: bool = False
    known: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}")

    @property
    def folder(self) -> Path:
        """The folder of the run's journal and reports."""
        return self.reports / self.id

    def check(self) -> None:
        """Raise BadInput for options that make no sense, before anything is touched.

        :raises BadInput: with the options to use instead
        """
        if self.seed < 0:
            raise BadInput(f"the seed must be 0 or a positive integer, not {self.seed}")
        if self.context and not self.agent_image:
            raise BadInput(
                "--context also needs --agent-image, the name of an agent image that the nodes can pull or already have; "
                "`skeptic agent-image` delivers the image and prints its name"
            )

    def again(self) -> str:
        """Return the command that repeats the run."""
        words = ["pytest", "--seed", str(self.seed)]
        if self.cluster != "kubeskeptic":
            words += ["--cluster", self.cluster]
        for option, value in (
            ("context", self.context),
            ("kubeconfig", self.kubeconfig),
            ("agent-image", self.agent_image),
        ):
            words += [f"--{option}", str(value)] if value else []
        for id_ in self.sabotages:
            words += ["--sabotage", id_]
        return shlex.join(words)

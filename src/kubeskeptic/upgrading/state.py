"""The state of an upgrade, in a file beside the runs and in a ConfigMap of the cluster.

The file is written before and after every step and is authoritative: while the API server is upgraded, the ConfigMap cannot be
written. The ConfigMap is for machines that do not have the file. It is deleted when the upgrade is complete.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubeskeptic.errors import BadInput, NotFound, SkepticError
from kubeskeptic.objects import ours

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube

SCHEMA = 1
FOLDER = "upgrades"
"""Name of a folder in the folder of runs."""
CONFIG_MAP, NAMESPACE, KEY = "kubeskeptic-upgrade", "kube-system", "state.json"


@dataclass
class UpgradeStep:
    """One step.

    :param what: one of the names of :mod:`kubeskeptic.upgrading.plan`
    :param node: where; empty for the runs
    :param began, ended: Unix seconds; 0.0 if not yet
    :param attempts: how often it was started
    """

    what: str
    node: str = ""
    began: float = 0.0
    ended: float = 0.0
    attempts: int = 0

    @property
    def done(self) -> bool:
        """Whether it was completed."""
        return self.ended > 0

    def __str__(self) -> str:
        return f"{self.what} {self.node}".strip()


@dataclass
class UpgradeState:
    """Everything that is needed to resume an upgrade.

    :param uid: uid of the cluster's kube-system namespace; a recreated cluster has another one
    :param kubelets: version by node, at the beginning
    :param skew: the worker that keeps its version; empty for none
    :param choice: pytest arguments that select the cases of the runs; empty for no runs
    :param seed: the seed of all its runs
    :param runs: ids of the runs: ``before``, ``during`` (several if it was resumed) and ``after``
    """

    cluster: str
    uid: str
    before: str
    to: str
    kubelets: dict[str, str]
    skew: str = ""
    choice: list[str] = field(default_factory=list)
    seed: int = 0
    steps: list[UpgradeStep] = field(default_factory=list)
    runs: dict[str, list[str]] = field(default_factory=dict)
    schema: int = SCHEMA

    @property
    def complete(self) -> bool:
        """Whether every step was completed."""
        return all(step.done for step in self.steps)

    @property
    def begun(self) -> bool:
        """Whether a step of the upgrade itself was started; until then the cluster is unchanged."""
        return any(step.node and step.attempts for step in self.steps)

    def standing(self) -> str:
        """Return the state of the cluster and how to resume the upgrade, as one sentence."""
        done = sum(step.done for step in self.steps)
        broken = next((step for step in self.steps if step.attempts and not step.done), None)
        where = f", stopped in “{broken}”" if broken else ""
        nodes = "; ".join(f"{node} {self._node(node)}" for node in self.kubelets)
        return (
            f"the upgrade of cluster {self.cluster} from {self.before} to {self.to} completed {done} of {len(self.steps)} steps"
            f"{where}: {nodes}; continue with `skeptic upgrade --resume --cluster {self.cluster}`"
        )

    def _node(self, node: str) -> str:
        """Return the state of a node in a few words, derived from the steps."""
        steps = {step.what: step for step in self.steps if step.node == node}
        kubelet, drain, uncordon = (steps.get(what) for what in ("kubelet", "drain", "uncordon"))
        words = [f"has a kubelet of {self.to if kubelet and kubelet.done else self.kubelets[node]}"]
        if kubelet and kubelet.attempts and not kubelet.done:
            words = [f"may have a kubelet of {self.kubelets[node]} or {self.to}"]
        apply = steps.get("kubeadm upgrade apply")
        if apply and apply.attempts:
            words.append(f"and a control plane of {self.to}" if apply.done else "and a control plane of either version")
        if drain and drain.attempts and not (uncordon and uncordon.done):
            words.append("and is cordoned")
        return " ".join(words)

    # -- writing and reading -------------------------------------------------------------------------------------------
    def text(self) -> str:
        """Return the state as JSON."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def parse(cls, text: str, where: str) -> UpgradeState:
        """Return the state that :meth:`text` wrote.

        :raises BadInput: when the text is damaged or has another schema
        """
        try:
            record = json.loads(text)
            if record["schema"] != SCHEMA:
                raise BadInput(f"{where} has schema {record['schema']}, but this version supports only {SCHEMA}")
            return cls(**{**record, "steps": [UpgradeStep(**step) for step in record["steps"]]})
        except (ValueError, KeyError, TypeError) as damaged:
            raise BadInput(f"{where} is damaged and says nothing about the upgrade ({damaged!r})") from damaged


class Ledger:
    """Saves the state of one upgrade.

    :param reports: the folder of runs
    :param kube: the cluster with the ConfigMap
    """

    def __init__(self, state: UpgradeState, reports: Path, kube: Kube, clock: Callable[[], float] = time.time) -> None:
        self.state = state
        self._path = place(reports, state.cluster)
        self._kube = kube
        self._clock = clock

    def save(self) -> None:
        """Write the file atomically and sync it to disk; then write the ConfigMap if the API server answers.

        :raises OSError: when the file cannot be written
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(self.state.text())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        with suppress(SkepticError):
            self._kube.apply(config_map(self.state))

    @contextmanager
    def step(self, step: UpgradeStep) -> Iterator[None]:
        """Record a step before the block and, unless the block raises, after it."""
        step.began, step.attempts = self._clock(), step.attempts + 1
        self.save()
        yield
        step.ended = self._clock()
        self.save()

    def since(self, step: UpgradeStep) -> float:
        """Return the seconds since a step began."""
        return self._clock() - step.began

    def add_run(self, when: str, run: str) -> None:
        """Record the id of a run."""
        self.state.runs.setdefault(when, []).append(run)
        self.save()

    def close(self) -> None:
        """Remove the ConfigMap of a complete upgrade; the file stays."""
        with suppress(SkepticError):
            self._kube.delete("ConfigMap", CONFIG_MAP, NAMESPACE)


def place(reports: Path, cluster: str) -> Path:
    """Return the path of the state file of a cluster's last upgrade."""
    return reports / FOLDER / f"{cluster}.json"


def config_map(state: UpgradeState) -> Mapping[str, Any]:
    """Return the state as an object of the cluster."""
    labels = ours("upgrade")
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": CONFIG_MAP, "namespace": NAMESPACE, "labels": labels},
        "data": {KEY: state.text()},
    }


def find(reports: Path, cluster: str, uid: str, kube: Kube) -> UpgradeState | None:
    """Return the state of this cluster's last upgrade, from the file or else from the ConfigMap; None if there is none.

    :param uid: the cluster's; the state of an earlier cluster with the same name is ignored
    :raises BadInput: when the stored state is damaged
    """
    path = place(reports, cluster)
    if path.exists():
        state = UpgradeState.parse(path.read_text(encoding="utf-8"), str(path))
        if state.uid == uid:
            return state
    try:
        kept = kube.get("ConfigMap", CONFIG_MAP, NAMESPACE)["data"][KEY]
    except NotFound:
        return None
    state = UpgradeState.parse(kept, f"the ConfigMap {NAMESPACE}/{CONFIG_MAP}")
    return state if state.uid == uid else None

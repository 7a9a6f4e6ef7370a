"""NetworkPolicies, asked of clients: who is let through, and since when."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.durations import Patience
from kubeskeptic.scenarios.asking import Question, ask_soon
from kubeskeptic.scenarios.stage import Stage

BLOCKED = (str(Outcome.REFUSED), str(Outcome.TIMEOUT), str(Outcome.UNREACHABLE))
"""How a question ends that a policy blocks: networks drop its packets, or refuse them."""
IN_FORCE = Patience(15)
"""A policy is in force, where policies are enforced at all."""


def is_as_wanted(outcome: str, passes: bool) -> bool:
    """Return whether a question ended as a policy wants it.

    One of which nothing is known, or which another pod answered, did neither pass nor was it blocked.

    :param passes: whether its client is to be let through
    """
    return outcome == Outcome.OK if passes else outcome in BLOCKED


@dataclass(frozen=True)
class Client:
    """A pod that asks.

    :param namespace: the scenario's own when empty
    """

    name: str
    pod: str
    namespace: str = ""


@dataclass
class Firewall:
    """Clients of one server, and the policies that are applied step by step.

    :param question: what every client asks
    """

    stage: Stage
    clients: Sequence[Client]
    question: Question

    def control(self, name: str) -> None:
        """Note which clients are let through now."""
        self._note(name, {one: str(answer["outcome"]) for one, answer in self._asked().items()})

    def step(self, name: str, since: float, passes: Sequence[str]) -> Mapping[str, str]:
        """Wait until exactly these clients are let through, note who was and how long it took, and return the outcomes.

        :param since: when the policy was applied, Unix seconds
        :param passes: names of the clients
        """
        low, high, outcomes = 0.0, None, dict[str, str]()

        def look() -> bool:
            """Ask once, note when, and return whether the answers are as wanted."""
            nonlocal low, high, outcomes
            before = time.time()
            answers = self._asked()
            outcomes = {one: str(answer["outcome"]) for one, answer in answers.items()}
            if not all(is_as_wanted(outcome, one in passes) for one, outcome in outcomes.items()):
                low = max(before - since, 0.0)
                return False
            # What was blocked had been so since it was asked, however long it then waited for nothing.
            waited = min((answer["took"] for answer in answers.values()), default=0.0) if not passes else 0.0
            high = time.time() - waited - since
            return True

        self.stage.wait(look, IN_FORCE, f"“{name}” to be in force")
        self._note(name, outcomes)
        self.stage.see("in force", **{name: [round(low, 3), None if high is None else round(high, 3)]})
        return outcomes

    def _note(self, name: str, outcomes: Mapping[str, str]) -> None:
        self.stage.see("firewall", **{f"{name}: {one}": outcome for one, outcome in outcomes.items()})

    def _asked(self) -> dict[str, Any]:
        def ask(client: Client) -> Any:
            """Ask the question of one client."""
            where = client.namespace or self.stage.namespace
            return ask_soon(self.stage.run.kube, where, client.pod, self.question)

        with ThreadPoolExecutor(len(self.clients)) as pool:
            return dict(zip((one.name for one in self.clients), pool.map(ask, self.clients), strict=True))


def policy(name: str, selector: Mapping[str, Any], allowed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the spec of a NetworkPolicy for arriving traffic.

    :param selector: labels of the pods that it is for
    :param allowed: peers; none denies everything
    """
    rules = [{"from": list(allowed)}] if allowed else []
    spec = {"podSelector": {"matchLabels": dict(selector)}, "policyTypes": ["Ingress"], "ingress": rules}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}

"""Waiting until the pods of a scenario are Ready, or until it is known why they will not be.

Only pods that can still become Ready are waited for. An obstacle that lasts for :data:`~kubeskeptic.durations.STUCK` seconds
is reported at once, in the API's own words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import PODS_READY, Patience
from kubeskeptic.errors import ClusterError, Inconclusive, Unanswered
from kubeskeptic.kube import Kube
from kubeskeptic.kube.obstacles import ObstacleWatch, ended, obstacles
from kubeskeptic.objects import is_ready
from kubeskeptic.waiting import NotYet, until

Pod = Mapping[str, Any]


@dataclass(frozen=True)
class PodReadiness:
    """The state of a namespace's pods once they are Ready.

    :param ready: names of the pods that are Ready
    :param left_out: one sentence about each pod that has ended (phase Failed or Succeeded) and is not counted
    """

    ready: tuple[str, ...]
    left_out: tuple[str, ...]


def wait_until_ready(
    kube: Kube,
    namespace: str,
    wanted: int,
    patience: Patience = PODS_READY,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> PodReadiness:
    """Wait until at least this many pods of a namespace are Ready and none is unready, and return which.

    :raises Inconclusive: when an obstacle that does not pass by itself keeps them from becoming Ready
    :raises PatienceExhausted: with the pods that are not Ready
    """
    watch = ObstacleWatch(clock)

    def look() -> PodReadiness | NotYet:
        """Return the readiness of the pods, once all are Ready."""
        pods = kube.list("Pod", namespace)["items"]
        found = readiness(pods, wanted)
        if isinstance(found, PodReadiness):
            return found
        live = [pod for pod in pods if not ended(pod)]
        stuck = watch.lasting(obstacles(kube, namespace, live, short=len(live) < wanted))
        stuck += [] if live else _lost(pods)
        if stuck:
            raise Inconclusive(f"the pods of {namespace} cannot become Ready ({found.state}): {'; '.join(stuck)}")
        return found

    return until(
        look,
        patience,
        what=f"{counted(wanted, 'pod')} of {namespace} to be Ready",
        tolerate=(ClusterError, Unanswered),
        clock=clock,
        sleep=sleep,
    )


def readiness(pods: list[Pod], wanted: int) -> PodReadiness | NotYet:
    """Return the readiness if at least this many pods are Ready and none is unready; pods that have ended are not counted."""
    live = [pod for pod in pods if not ended(pod)]
    over = tuple(f"{ended(pod)}, and not counted" for pod in pods if ended(pod))
    ready = tuple(sorted(pod["metadata"]["name"] for pod in live if is_ready(pod)))
    if len(ready) >= wanted and len(ready) == len(live):
        return PodReadiness(ready, over)
    waiting = sorted(pod["metadata"]["name"] for pod in live if not is_ready(pod))
    there = f"{len(live)} of {counted(wanted, 'pod')} {agreeing(wanted, 'is', 'are')} there"
    words = [there, f"not Ready: {', '.join(waiting) or 'none'}", *over]
    return NotYet("; ".join(words))


def _lost(pods: list[Pod]) -> list[str]:
    """Return one sentence about each pod that has ended and that no controller replaces."""
    bare = [
        pod for pod in pods if not any(one.get("controller") for one in pod["metadata"].get("ownerReferences") or ())
    ]
    return [f"{ended(pod)}, and nothing replaces it" for pod in bare if ended(pod)]

"""Do requests spread evenly over a service's endpoints?

The answers on each node are compared with equal shares by Pearson's chi-square test. Its verdict is about chance only: the
finding states how unequal the shares would have to be to be noticed with that many requests.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lanes import missing, span
from kubeskeptic.checks.ports import asked_by_new
from kubeskeptic.counting import counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, gravest
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import identity, ready_pods, service_of

BY_CHANCE = 0.001
"""How often equal shares may look as unequal as this on any of the nodes, by chance alone. Each node gets an equal part of it:
the chance that any of them looks so is at most the sum of theirs (Bonferroni)."""
NOTICED = 0.99
"""The power for which the finding states how unequal the shares would have to be."""
FEWEST = 5
"""Expected answers per endpoint below which the chi-square distribution does not describe the counts (Cochran's rule)."""


@check
def balances(act: Act, probe: str) -> Finding:
    """Check that on every node the answers over new connections are as evenly spread over all endpoints as equal shares would
    be by chance. A request that was not answered, or never sent, may have been one to any endpoint.
    """
    pods = ready_pods(act.recording, service_of(act.recording, probe), act.start)
    if len(pods) < 2:
        raise Inconclusive(f"the service has {counted(len(pods), 'Ready pod')}: there is nothing to spread over")
    asked_by_new(act, probe)
    lanes = act.lanes(probe)
    counts, open_ = _counted(act, lanes, pods)
    chances = {node: _chance(one, pods) for node, one in counts.items()}
    known = {
        node: Interval(*(_chance(end, pods) for end in ends(one, pods, open_[node]))) for node, one in counts.items()
    }
    source = f"p ≥ {BY_CHANCE:g} over {counted(len(lanes), 'node')}"
    limit = Bound(BY_CHANCE / len(lanes), "chance", source, at_least=True)
    worst = gravest(chances, lambda node: (known[node], limit))
    fewest = min(one.total() for one in counts.values())
    seen = 100 * noticeable(fewest, len(pods), limit.value)
    shares = {node: _shares(one, pods) for node, one in counts.items()}
    return conclude(
        f"The answers on {worst} were the least even, {shares[worst]} of {counts[worst].total()} for {len(pods)} endpoints: "
        f"as uneven by chance with p = {chances[worst]:.2g}. An endpoint with {seen:.0f} % more than its share would be seen.",
        {
            "least chance": Measure(float(f"{chances[worst]:.3g}"), "chance", *known[worst]),
            "noticed from": Measure(round(seen, 1), "%"),
            "answers": Measure(sum(one.total() for one in counts.values()), "requests"),
            "without an answer": Measure(sum(open_.values()), "requests"),
        },
        {"least chance": limit},
        nodes=tuple(sorted(counts)),
        window=(act.start, act.end),
        probes=(probe,),
        decisive=tuple(f"{node}: {shares[node]}, p = {chances[node]:.2g}" for node in sorted(counts)),
    )


def _counted(
    act: Act, lanes: Sequence[Lane], pods: Mapping[str, str]
) -> tuple[dict[str, Counter[str]], dict[str, int]]:
    """Return the number of answers of each pod, and of requests without an answer, on each node.

    :raises Inconclusive: if another pod answered, or if a node had too few answers
    """
    counts: dict[str, Counter[str]] = {}
    open_: dict[str, int] = {}
    for lane in lanes:
        asked = span(lane, act.start, act.end)
        good = [at for at in asked if lane[at].outcome is Outcome.OK]
        open_[lane.node] = len(asked) - len(good) + missing(lane, act.start, act.end)
        counts[lane.node] = Counter(identity(lane[at].by)[0] for at in good)
        stranger = sorted(counts[lane.node].keys() - pods.keys())
        if stranger:
            raise Inconclusive(f"an answer came from {stranger[0]}, which is not one of the service's pods")
        if len(good) < FEWEST * len(pods):
            raise Inconclusive(f"{lane.node} had {counted(len(good), 'answer')}, too few for {len(pods)} endpoints")
    return counts, open_


def statistic(counts: Mapping[str, int], pods: Mapping[str, str]) -> float:
    """Return Pearson's chi-square statistic of the counts by pod against equal shares for all pods."""
    expected = sum(counts.values()) / len(pods)
    return sum((counts.get(pod, 0) - expected) ** 2 / expected for pod in pods)


def ends(counts: Mapping[str, int], pods: Mapping[str, str], open_: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return the least and the most even counts that are possible.

    :param open_: the number of requests of which it is not known which pod they were sent to
    """
    least, most = ({pod: counts.get(pod, 0) for pod in pods} for _ in range(2))
    least[max(least, key=lambda pod: least[pod])] += open_
    for _ in range(open_):
        most[min(most, key=lambda pod: most[pod])] += 1
    return least, most


def _chance(counts: Mapping[str, int], pods: Mapping[str, str]) -> float:
    return chi_square_tail(statistic(counts, pods), len(pods) - 1)


def chi_square_tail(value: float, freedom: int) -> float:
    """Return the probability that a chi-square variable with ``freedom`` degrees of freedom is at least ``value``.

    Uses the closed forms of the regularised upper incomplete gamma function for integer and half-integer arguments.
    """
    half = value / 2
    if freedom % 2:
        tail, term = math.erfc(math.sqrt(half)), math.sqrt(half / math.pi) * 2 * math.exp(-half)
        for number in range(1, freedom // 2 + 1):
            tail, term = tail + term, term * half / (number + 0.5)
        return tail
    tail, term = 0.0, math.exp(-half)
    for number in range(1, freedom // 2 + 1):
        tail, term = tail + term, term * half / number
    return tail


def noticeable(asked: int, endpoints: int, chance: float) -> float:
    """Return the fraction by which one endpoint's share must exceed an equal share to be noticed with :data:`NOTICED` power.

    Uses the normal approximation of the noncentral chi-square distribution; 0.2 stands for a share of 1.2 / endpoints.
    """
    freedom = endpoints - 1
    critical = _least(lambda value: chi_square_tail(value, freedom) <= chance)
    quantile = NormalDist().inv_cdf(NOTICED)
    apart = _least(lambda more: freedom + more - quantile * math.sqrt(2 * (freedom + 2 * more)) >= critical)
    return math.sqrt(apart * freedom / asked)


def _least(enough: Callable[[float], bool]) -> float:
    """Return the smallest value from which on a monotonic condition is true."""
    low, high = 0.0, 1.0
    while not enough(high):
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _shares(counts: Mapping[str, int], pods: Mapping[str, str]) -> str:
    return " + ".join(str(counts.get(pod, 0)) for pod in sorted(pods))

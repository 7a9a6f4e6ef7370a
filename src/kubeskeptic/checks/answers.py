"""Who answers, and what?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.watching import (
    baseline_of,
    clean_baseline,
    end_of,
    missed,
    span,
    start_of,
    watched,
    watched_unless,
)
from kubeskeptic.findings import Finding, Measure, Verdict, inconclusive
from kubeskeptic.timeline import Act, Lane, Recording

_ONE_ADDRESS = Bound(1, "addresses", "the service's ClusterIP")
_NO_LOOKUP = Bound(0, "lookups", "none may fail")


def same_answer(recording: Recording, lanes: Sequence[Lane], acts: Sequence[str], expected: str) -> Finding:
    """Every lookup through all these acts succeeds, and answers the one expected address.

    :raises Inconclusive: when an act was not played, or not watched, and nothing in the others violates the claim
    """
    played = [act for act in (recording.acts.get(name) for name in acts) if act and act.baseline and act.end]
    window = (baseline_of(played[0]), end_of(played[-1])) if played else None
    answers, failed = _looked_up(lanes, window)
    others = sorted(answer for answer in answers if answer != expected)
    bad = bool(failed or others)
    lacking = 0 if bad else _all_watched([recording.act(name) for name in acts], lanes)
    asked = sum(answers.values()) + sum(count for what, count in failed.items() if not what.startswith(Outcome.WRONG))
    why = f"{asked} lookups from {len(lanes)} nodes all answered {expected}."
    if others:
        why = f"The name answered {', '.join(others) or 'nothing'} besides {expected}."
    elif failed:
        listed = ", ".join(f"{count} {what}" for what, count in failed.most_common(4))
        why = f"{sum(failed.values())} of {asked} lookups failed ({listed}); none may."
    return Finding(
        Verdict.VIOLATED if bad else Verdict.HOLDS,
        why,
        measured={
            "addresses": Measure(len(answers), "addresses"),
            "failed": Measure(sum(failed.values()), "lookups"),
            "asked": Measure(asked, "lookups"),
            "never asked": Measure(lacking, "lookups"),
        },
        bounds={"addresses": _ONE_ADDRESS, "failed": _NO_LOOKUP},
        nodes=tuple(lane.node for lane in lanes),
        window=window,
        probes=tuple(dict.fromkeys(lane.probe for lane in lanes)),
    )


def _all_watched(acts: Sequence[Act], lanes: Sequence[Lane]) -> int:
    """That somebody looked from the first act's baseline to the last one's end, between acts too; what was never asked."""
    since, until = baseline_of(acts[0]), end_of(acts[-1])
    watched(lanes, since, until)
    return missed(lanes, since, until)


def _looked_up(lanes: Sequence[Lane], window: tuple[float, float] | None) -> tuple[Counter[str], Counter[str]]:
    """How often each answer set came, and how often lookups failed in which way on which node."""
    answers: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    since, until = window or (0.0, 0.0)
    for lane in lanes:
        for at in span(lane, since, until):
            sample = lane[at]
            if sample.outcome in (Outcome.OK, Outcome.WRONG):
                answers[sample.by] += 1
            if sample.failed and sample.outcome is not Outcome.UNKNOWN:
                failed[f"{sample.outcome} on {lane.node}"] += 1
    return answers, failed


def answers_everywhere(lanes: Sequence[Lane], act: Act, hosting: Collection[str]) -> Finding:
    """Every node's requests are answered, on nodes that host one of the service's pods and on nodes that do not.

    :param hosting: nodes that run a pod of the service; there must be nodes of both sorts
    """
    clean_baseline(lanes, act)
    since, end = start_of(act), end_of(act)
    nodes = {lane.node for lane in lanes}
    if not nodes & set(hosting) or not nodes - set(hosting):
        return inconclusive("There are no nodes of both sorts, hosting the service and not, to be compared.")
    failed: Counter[str] = Counter()
    asked = 0
    for lane in lanes:
        for at in span(lane, since, end):
            asked += 1
            failed[lane.node] += lane[at].failed and lane[at].outcome is not Outcome.UNKNOWN
    bad = [node for node in sorted(failed) if failed[node]]
    watched_unless(bool(bad), lanes, since, end)
    lacking = 0 if bad else missed(lanes, since, end)
    without = len(nodes - set(hosting))
    host = "hosts" if without == 1 else "host"
    why = f"All {asked} requests were answered through {len(nodes)} nodes; {without} {host} no pod of the service."
    if bad:
        why = "; ".join(f"{failed[node]} requests failed on {node}" for node in bad) + "; none may."
    return Finding(
        Verdict.VIOLATED if bad else Verdict.HOLDS,
        why,
        measured={
            "failed": Measure(sum(failed.values()), "requests"),
            "asked": Measure(asked, "requests"),
            "never asked": Measure(lacking, "requests"),
        },
        bounds={"failed": Bound(0, "requests", "none may fail")},
        nodes=tuple(bad or sorted(nodes)),
        window=(since, end),
        probes=tuple(dict.fromkeys(lane.probe for lane in lanes)),
    )


def crosses_nodes(lanes: Sequence[Lane], act: Act, home: Mapping[str, str]) -> Finding:
    """With nothing moved, answers on every node also come from pods on other nodes.

    :param home: node of each pod by the pod's name; at least one lane must be on a node that has a pod of its own,
        as on other nodes an answer can only come from elsewhere
    """
    clean_baseline(lanes, act)
    since, end = start_of(act), end_of(act)
    watched(lanes, since, end)
    shares: dict[str, float] = {}
    answers = crossed = 0
    for lane in lanes:
        good = [lane[at].by for at in span(lane, since, end) if lane[at].outcome is Outcome.OK]
        strangers = sorted(set(good) - set(home))
        if strangers:
            return inconclusive(f"{strangers[0]} answered, which is not one of the service's pods.")
        away = sum(1 for by in good if home[by] != lane.node)
        answers, crossed = answers + len(good), crossed + away
        if lane.node in home.values():
            shares[lane.node] = 100 * away / len(good) if good else 0.0
    if not shares:
        return inconclusive("No node that was asked has a pod of the service of its own.")
    least = min(shares, key=lambda node: shares[node])
    elsewhere = sum(1 for node in home.values() if node != least)
    source = f"half of what choosing at random gives: {elsewhere} of {len(home)} pods are elsewhere"
    bound = Bound(round(50 * elsewhere / len(home), 1), "%", source, at_least=True)
    share = 100 * crossed / answers if answers else 0.0
    return Finding(
        Verdict.HOLDS if bound.admits(shares[least]) else Verdict.VIOLATED,
        f"With nothing moved, {share:.1f} % of {answers} answers came from a pod on another node than the one that was asked; "
        f"the least was {shares[least]:.1f} %, on {least}, which has a pod of its own.",
        measured={
            "least share from elsewhere": Measure(round(shares[least], 1), "%"),
            "share": Measure(round(share, 1), "%"),
        },
        bounds={"least share from elsewhere": bound},
        nodes=tuple(sorted(lane.node for lane in lanes)),
        window=(since, end),
        probes=tuple(dict.fromkeys(lane.probe for lane in lanes)),
    )

"""Does a PodDisruptionBudget keep pods that are not Ready while too few others are?"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.known_names import ended
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act

AGAIN = "node schedulable again"
"""The cell that states whether the node was uncordoned afterwards."""
_NONE = Bound(0, "pods", "too few are ready")
_AGAIN = Bound(0, "nodes", "the cordon is undone")
_GRANTED = "201:"
_REFUSED = re.compile(r"429: .*\bThe disruption budget (\S+) needs (\d+) healthy pods and has (\d+) currently")
"""Status and message of a refusal (``checkAndDecrement`` in pkg/registry/core/pod/storage/eviction.go of Kubernetes 1.37). The
API refuses with the same status a budget that it is still processing, which says nothing about the pods that are ready."""


@check
def keeps_unready(act: Act, table: str, budget: str, *, pods: int, needs: int, ready: int) -> Finding:
    """Check that every eviction of the pods that a fault made unready was refused because of a budget, and that they stayed.

    :param table: the answer to each eviction, as ``STATUS: MESSAGE``, and :data:`AGAIN`
    :param pods: the number of pods whose eviction has to be requested
    :param needs: the number of healthy pods that the budget keeps
    :param ready: the number that are healthy, fewer than those
    :raises Inconclusive: if the table lacks an answer
    """
    seen = act.table(table)
    answers = {name: str(answer) for name, answer in seen.items() if name != AGAIN}
    granted = [name for name, answer in answers.items() if answer.startswith(_GRANTED)]
    if not granted:
        _require_all(table, seen, pods)
    refused = [name for name, answer in answers.items() if _says(answer) == (budget, str(needs), str(ready))]
    other = {name: answer for name, answer in answers.items() if name not in (*granted, *refused)}
    act.reading.doubts += (f"The answer to the eviction of {name} was “{answer}”" for name, answer in other.items())
    unready = (one for one in act.recording.faults if one.fault == "make_unready" and one.act in act.names)
    act.reading.doubts += ended(act, {target.rpartition("/")[2] for one in unready for target in one.targets})
    why = f"{counted(len(refused), 'eviction')} {agreeing(len(refused), 'was', 'were')} refused, "
    why += f"as {budget} needs {counted(needs, 'healthy pod')} and had {ready}."
    if granted:
        why = (
            f"{len(granted)} of {len(answers)} evictions were granted, with {ready} of {counted(needs, 'healthy pod')}."
        )
    elif not seen[AGAIN]:
        why = "The node was not schedulable again after the evictions."
    return conclude(
        why,
        {
            "evicted": Measure(len(granted), "pods", len(granted), len(granted) + len(other)),
            "left cordoned": Measure(int(not seen.get(AGAIN, True)), "nodes"),
            "asked": Measure(len(answers), "pods"),
        },
        {"evicted": _NONE, "left cordoned": _AGAIN},
        window=(act.start, act.end),
        decisive=tuple(f"{name}: {answers[name]}" for name in granted),
    )


def _require_all(table: str, seen: Mapping[str, object], pods: int) -> None:
    """Require an answer for each pod, and whether the node was uncordoned afterwards.

    :raises Inconclusive: if something is missing
    """
    if AGAIN not in seen:
        raise Inconclusive(f"the table “{table}” does not say whether the node was schedulable again")
    if len(seen) - 1 < pods:
        raise Inconclusive(
            f"the table “{table}” has {counted(len(seen) - 1, 'answer')} to evictions, and has to have {pods}"
        )


def _says(answer: str) -> tuple[str, ...]:
    """Return the budget of a refusal, how many pods it needs and how many it has; empty if the answer is none."""
    found = _REFUSED.fullmatch(answer)
    return found.groups() if found else ()

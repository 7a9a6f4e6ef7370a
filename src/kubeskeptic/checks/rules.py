"""Do all nodes have the same service rules?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.endpoints import ready_pods
from kubeskeptic.timeline.objects import ip_of, living

_SAME = Bound(0, "rules", "every node has the same")


def _not_listed(act: Act, table: str, rules: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the recorded Services of which no rule, or no rule for one of their pods, was read on any node, one sentence
    each.
    """
    text = "\n".join(rule for each in rules.values() for rule in each)
    noted = max(act.recording.looked.get(table, {}).values(), default=act.end)
    pods = {pod["metadata"]["name"]: ip_of(pod) for pod in living(act.recording.of_kind("Pod"), noted).values()}
    for service in living(act.recording.of_kind("Service"), noted).values():
        name = str(service["metadata"]["name"])
        served = (
            ready_pods(act.recording, service, noted) if service["spec"].get("clusterIP") not in (None, "None") else {}
        )
        wanted = [f"/{name}", *(pods[pod] for pod in served)] if served else []
        absent = [one for one in wanted if not re.search(rf"{re.escape(one)}\b", text)]
        if absent:
            yield f"No rule of {name} with {', '.join(absent)} was read on any node, so what was read are not all rules"


@check
def same_rules(act: Act, table: str, about: str) -> Finding:
    """Check that every node has the same service rules, except rules that are local to a node by definition.

    The rules of each node are compared with those that most nodes have. If there are only two nodes, neither is the reference.

    :param table: the normalised rules of each node, by node name
    :param about: text that must appear in some rule, such as a service's name, because empty tables are equal, too
    """
    rules: Mapping[str, Sequence[str]] = act.table(table)
    unread = sorted(set(act.nodes) - rules.keys())
    if unread or len(rules) < 2:
        raise Inconclusive(f"the rules of {', '.join(unread) or 'a second node'} were not read")
    if not any(about in rule for each in rules.values() for rule in each):
        raise Inconclusive(f"no node has a rule for {about}: the rules that were read are not the service rules")
    act.reading.doubts += _not_listed(act, table, rules)
    nodes_with = Counter(rule for each in rules.values() for rule in set(each))
    usual = {rule for rule, count in nodes_with.items() if 2 * count > len(rules)}
    missing = [(node, rule) for node in rules for rule in sorted(usual - set(rules[node]))]
    extra = [(node, rule) for node in rules for rule in sorted(set(rules[node]) - usual)]
    said = [f"{node} lacks “{rule}”" for node, rule in missing] + [
        f"{node} has “{rule}”, others do not" for node, rule in extra
    ]
    why = f"All {len(rules)} nodes have the same {len(usual)} service rules."
    if said:
        why = f"{counted(len(said), 'service rule')} {agreeing(len(said), 'differs', 'differ')} between nodes: "
        why += f"{'; '.join(said[:2])}{'; …' if len(said) > 2 else ''}."
    return conclude(
        why,
        {"rules that differ": Measure(len(said), "rules"), "rules": Measure(len(usual), "rules")},
        {"rules that differ": _SAME},
        nodes=tuple(sorted(rules)),
        window=(act.start, act.end),
        decisive=tuple(said[:8]),
    )

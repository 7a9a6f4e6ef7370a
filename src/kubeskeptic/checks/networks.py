"""Which pods and nodes reach each other, and under which address? Read from tables that a scenario noted, one cell a pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from itertools import chain
from typing import Any

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.known_names import (
    recorded_addresses,
    unknown_addresses,
    unknown_members,
    unknown_ranges,
    unlisted_addresses,
)
from kubeskeptic.checks.presumed import lacking_on
from kubeskeptic.checks.tables import CONTROL
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict, conclude
from kubeskeptic.timeline import Act

_NO_CELL = Bound(0, "cells", "every pair must be answered")
_FLAT = {
    "used twice": Bound(0, "addresses", "each pod has its own address"),
    "outside the ranges": Bound(0, "addresses", "each is in some node's podCIDR"),
    "seen under another address": Bound(0, "cells", "no NAT between pods"),
}
KINDS = {"TCP", "TCP, 64 KiB", "UDP", "UDP, 8 kB"}
"""The kinds of requests that every member must answer: over TCP and UDP, in one packet and in several."""
_SILENT = (Outcome.TIMEOUT, Outcome.UNREACHABLE)
"""The outcomes of a request without an answer."""
_NOT_REACHED = Bound(0, "pods", "there is no route to them")

Cells = Mapping[str, Mapping[str, Any]]


@check
def reaches_everything(act: Act, table: str, members: str) -> Finding:
    """Check that every member reached every other member with every kind of request, within nodes and between them.

    :param table: cells with ``from``, ``to``, ``kind`` and ``outcome``
    :param members: cells with ``node``, ``ip`` and ``host``, by member name
    """
    cells, known = act.table(table), act.table(members)
    bad = {name: cell for name, cell in cells.items() if cell["outcome"] != Outcome.OK}
    unknown = sum(1 for cell in bad.values() if cell["outcome"] == Outcome.UNKNOWN)
    failed = len(bad) - unknown
    homes = {name: one["node"] for name, one in known.items()}
    within = sum(1 for cell in cells.values() if homes.get(cell["from"]) == homes.get(cell["to"]))
    kinds = sorted({str(cell["kind"]) for cell in cells.values()})
    why = (
        f"All {len(cells)} cells were answered: {len(known)} members on {counted(len(act.nodes), 'node')}, each by "
        f"{'; '.join(kinds)}; {within} within a node."
    )
    if bad:
        ways = Counter(f"{cell['from']} → {cell['to']}: {cell['outcome']}" for cell in bad.values())
        why = f"{len(bad)} of {len(cells)} cells were not answered ({_listed(ways)}); all must be."
    finding = conclude(
        why,
        {"not answered": Measure(failed, "cells", failed, len(bad)), "asked": Measure(len(cells), "cells")},
        {"not answered": _NO_CELL},
        window=(act.start, act.end),
        nodes=act.nodes,
        decisive=tuple(f"{name}: {cell['outcome']}" for name, cell in list(bad.items())[:8]),
    )
    return _if_complete(finding, chain(_left_out(act, cells, known, KINDS), unknown_members(act, known, members)))


@check
def flat(act: Act, table: str, members: str, addresses: str, ranges: str) -> Finding:
    """Check that pod addresses are unique and within the nodes' ranges, and that each server saw the client's own address.

    :param addresses: the address of every pod in the cluster that has its own
    :param ranges: the podCIDRs of every node
    """
    cells, known, pods, cidrs = (act.table(name) for name in (table, members, addresses, ranges))
    networks = [ip_network(cidr) for each in cidrs.values() for cidr in each]
    if not networks:
        raise Inconclusive("no node has a podCIDR: the cluster's address ranges are not known")
    unread = set(act.nodes) - cidrs.keys()
    every = (recorded := recorded_addresses(act, addresses)) | pods
    twice = sorted(ip for ip, count in Counter(every.values()).items() if count > 1)
    stray = sorted(name for name, ip in every.items() if not any(ip_address(ip) in one for one in networks))
    between = [cell for cell in cells.values() if not (known[cell["from"]]["host"] or known[cell["to"]]["host"])]
    answered = [cell for cell in between if cell["outcome"] == Outcome.OK and cell["peer"]]
    other = [cell for cell in answered if cell["peer"] != known[cell["from"]]["ip"]]
    unseen = len(between) - len(answered)
    said = [
        *(f"{ip} is used twice" for ip in twice),
        *(f"{name} has {every[name]}, outside every node's range" for name in stray),
        *_seen_as(known, other),
    ]
    finding = conclude(
        _first(said) if said else _all_flat(len(pods), len(networks), len(answered)),
        {
            "used twice": Measure(len(twice), "addresses"),
            "outside the ranges": Measure(len(stray), "addresses", 0 if unread else len(stray), len(stray)),
            "seen under another address": Measure(len(other), "cells", len(other), len(other) + unseen),
            "pods": Measure(len(pods), "pods"),
            "asked": Measure(len(between), "cells"),
        },
        _FLAT,
        window=(act.start, act.end),
        nodes=act.nodes,
        decisive=tuple(said[:8]),
    )
    shown = chain(_left_out(act, cells, known, ()), unknown_members(act, known, members))
    lacking = chain(_unread(known, pods, unread), shown, _unlike_watches(act, pods, recorded, cidrs))
    return _if_complete(finding, lacking)


def _unlike_watches(
    act: Act, pods: Mapping[str, str], recorded: Mapping[str, str], cidrs: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Yield what the tables of addresses and ranges say and the watches do not, or the other way round."""
    yield from chain(unknown_addresses(act, pods), unlisted_addresses(pods, recorded), unknown_ranges(act, cidrs))


def _seen_as(members: Cells, cells: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the addresses under which members were seen that are not their own, one sentence each."""
    told = (f"{one['to']} saw {one['from']} as {one['peer']}, not {members[one['from']]['ip']}" for one in cells)
    return list(dict.fromkeys(told))


def _first(said: Sequence[str]) -> str:
    more = f"; and {len(said) - 4} more" if len(said) > 4 else ""
    return f"{'; '.join(said[:4])}{more}."


def _all_flat(pods: int, ranges: int, cells: int) -> str:
    where = f"{counted(ranges, 'range')}; servers saw the client's own in {counted(cells, 'cell')}"
    return f"All {pods} pods have their own address in {where}."


def _unread(known: Cells, pods: Mapping[str, str], nodes: Collection[str]) -> Iterator[str]:
    """Yield the members whose address is not among those of the cluster's pods, and the nodes whose range was not read."""
    for name, one in known.items():
        if not one["host"] and one["ip"] not in pods.values():
            yield f"The address of {name} is not among those of the cluster's pods"
    yield from (f"The range of {node} was not read" for node in sorted(nodes))


@check
def not_reached(act: Act, table: str, *apps: str) -> Finding:
    """Check that a client that reaches the nodes, as its control cells prove, reaches no pod on any node.

    :param table: cells with ``outcome`` and ``node``; the names of control cells begin with
        :data:`~kubeskeptic.checks.tables.CONTROL`
    :param apps: the apps whose pods were asked; a pod that is not there is not reached either
    """
    cells = act.table(table)
    noted = max((act.recording.looked.get(table, {}).get(name, act.end) for name in cells), default=act.end)
    act.reading.doubts += lacking_on(act, table, noted, apps) if apps else ()
    controls = {name: cell for name, cell in cells.items() if name.startswith(CONTROL)}
    pods = {name: cell for name, cell in cells.items() if name not in controls}
    reached = sorted(
        name for name, cell in pods.items() if cell["outcome"] in (Outcome.OK, Outcome.WRONG, Outcome.RESET)
    )
    # A refusal is an answer too: from the pod, or from a host on the path.
    refused = [name for name, cell in pods.items() if name not in reached and cell["outcome"] not in _SILENT]
    ways = Counter(str(cell["outcome"]) for cell in pods.values())
    why = f"None of {counted(len(pods), 'pod')} was reached ({_listed(ways)}), "
    why += f"while {len(controls)} of {len(controls)} controls were."
    if reached:
        why = f"{len(reached)} of {len(pods)} pods were reached from outside: {', '.join(reached[:6])}."
    finding = conclude(
        why,
        {
            "reached": Measure(len(reached), "pods", len(reached), len(reached) + len(refused)),
            "asked": Measure(len(pods), "pods"),
            "controls": Measure(len(controls), "cells"),
        },
        {"reached": _NOT_REACHED},
        window=(act.start, act.end),
        nodes=act.nodes,
        decisive=tuple(reached[:8]),
    )
    return _if_complete(finding, _out_of_reach(act, controls, pods))


def _out_of_reach(act: Act, controls: Cells, pods: Cells) -> Iterator[str]:
    """Yield the reasons why unreached pods prove nothing: every node needs a control that was reached, and a pod."""
    dead = sorted(name for name, cell in controls.items() if cell["outcome"] != Outcome.OK)
    if dead or not controls:
        yield f"The client did not reach its controls ({', '.join(dead) or 'there were none'})"
    for what, asked in (("control", controls), ("pod", pods)):
        unasked = set(act.nodes) - {str(cell["node"]) for cell in asked.values()}
        if unasked:
            yield f"No request was sent to a {what} on {', '.join(sorted(unasked))}"


def _if_complete(finding: Finding, lacking: Iterator[str]) -> Finding:
    """Return the finding, as *inconclusive* if it is not *violated* and something was left out."""
    what = next(lacking, "") if finding.verdict is not Verdict.VIOLATED else ""
    return finding.but(what) if what else finding


def _left_out(act: Act, cells: Cells, members: Mapping[str, Mapping[str, Any]], kinds: Iterable[str]) -> Iterator[str]:
    """Yield the missing parts: there must be a pod on every node, one in every node's own network, and every pair with every
    kind of request.

    :param kinds: the kinds that every pair needs, in addition to any others that were used
    """
    for host, what in ((False, "a pod"), (True, "a pod in the node's network")):
        homes = {str(one["node"]) for one in members.values() if bool(one["host"]) is host}
        lacking = sorted(set(act.nodes) - homes)
        if lacking:
            yield f"{what.capitalize()} was missing on {', '.join(lacking)}"
    known = {*kinds, *(str(cell["kind"]) for cell in cells.values())}
    asked = {(cell["from"], cell["to"], cell["kind"]) for cell in cells.values()}
    missing = [pair for pair in _pairs(members, sorted(known)) if pair not in asked]
    if missing or not known:
        first = f"{' → '.join(missing[0][:2])} by {missing[0][2]}" if missing else "any pair"
        yield f"{counted(len(missing), 'cell')} {agreeing(len(missing), 'was', 'were')} not measured, such as {first}"
    nodes = {name: one["node"] for name, one in members.items() if not one["host"]}
    if len(set(nodes.values())) == len(nodes):
        yield "No two pods share a node, so no request stayed within a node"


def _pairs(members: Iterable[str], kinds: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    names = list(members)
    return ((a, b, kind) for a in names for b in names if a != b for kind in kinds)


def _listed(counts: Counter[str]) -> str:
    told = ", ".join(f"{count} {what}" for what, count in counts.most_common(4))
    return told + (f", and {len(counts) - 4} more" if len(counts) > 4 else "")

"""Answers of DNS while pods change. Pod a turns unready at 2 s; the bound is 2 s, the margin's. Two ticks a second.

``2`` both pods, ``a`` and ``1`` pod a and pod b alone, ``0`` no record, ``x`` NXDOMAIN, ``X`` the same to be kept for long,
``s`` another address, ``t`` timed out, ``c`` cut short, ``f`` the server failed, a blank nothing.
"""

from __future__ import annotations

from typing import Any

from kubeskeptic import checks
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import constant
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Change, Gap, Lane, Sample
from tests.drawn import pod, recording, settings

NOTHING = constant("test", 0.0)
"""Two seconds when the margin is added."""
A, B = "10.0.0.1", "10.0.0.2"
QNAME = "web.ns.svc.cluster.local."
SIGNS = {
    "2": (Outcome.OK, f"{A},{B}|NOERROR|30"),
    "1": (Outcome.OK, f"{B}|NOERROR|30"),
    "a": (Outcome.OK, f"{A}|NOERROR|30"),
    "s": (Outcome.OK, "10.0.0.9|NOERROR|30"),
    "0": (Outcome.WRONG, "|NOERROR|5"),
    "x": (Outcome.NXDOMAIN, "|NXDOMAIN|5"),
    "X": (Outcome.NXDOMAIN, "|NXDOMAIN|99"),
    "f": (Outcome.WRONG, "|SERVFAIL|"),
    "t": (Outcome.TIMEOUT, ""),
    "c": (Outcome.WRONG, "|TRUNCATED|"),
    "?": (Outcome.UNKNOWN, ""),
}
UNREADY = pod(2.0, "web-a", ip=A, ready=False)


def lane(drawing: str, node: str = "n1", probe: str = "name", doubt: float = 0.0, ttl: str = "30") -> Lane:
    signs = {sign: (outcome, by.replace("|30", f"|{ttl}")) for sign, (outcome, by) in SIGNS.items()}
    samples = (
        Sample(tick, tick * 0.5, 0.001, *signs[sign], 40000 + tick) for tick, sign in enumerate(drawing) if sign != " "
    )
    found = Lane(node, probe, 0.5, samples)
    found.doubt = doubt
    return found


def service(**more: Any) -> Change:
    spec = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}
    return Change(0.0, "LISTED", "Service", {"metadata": {"name": "web", "uid": "s"}, "spec": spec | more})


def act(
    *lanes: Lane, changes: tuple[Change, ...] = (UNREADY,), end: float = 9.0, gap: Gap | None = None, name: str = QNAME
) -> Act:
    there = (pod(-5.0, "web-a", ip=A), pod(-5.0, "web-b", ip=B), pod(-5.0, "other", app="other", ip="10.0.0.9"))
    seen = recording(
        *([] if any(one.kind == "Service" for one in changes) else [service()]),
        *there,
        *changes,
        lanes={(one.node, one.probe): one for one in lanes},
        nodes=tuple(dict.fromkeys(one.node for one in lanes)),
        specs={one.probe: {"qname": name if one.probe == "name" else f"_http._tcp.{QNAME}"} for one in lanes},
        acts={"act": ActSpan("act", 0, 1, end)},
        settings=settings(TTL=30.0, CACHE_DENIAL=0.0),
        gaps=[gap] if gap else [],
    )
    return Act(seen, ["act"], within=NOTHING)


def addresses(*drawings: str, doubt: float = 0.0, **more: Any) -> Finding:
    lanes = [lane(one, f"n{number}", doubt=doubt) for number, one in enumerate(drawings, 1)]
    return checks.addresses_follow(act(*lanes, **more), "web", "name")


#       0 1 2 3 4 5 6 7 8
FINE = "222222111111111111"


def srv(*targets: str) -> str:
    return ",".join(f"0 50 {target}.{QNAME}" for target in targets) + "|NOERROR|30"


def with_ports(change: Change, hostname: str = "") -> Change:
    spec: dict[str, Any] = {"containers": [{"name": "server", "ports": [{"name": "http", "containerPort": 8080}]}]}
    spec |= {"hostname": hostname} if hostname else {}
    return change._replace(object=change.object | {"spec": change.object["spec"] | spec})


def moved_to(node: str) -> tuple[Change, ...]:
    return pod(2.0, "web-a", ip=A, type="DELETED"), pod(3.0, "web-a", uid="new", ip=B, node=node)


def name_of_a(drawing: str, to: str = "n2") -> Finding:
    moved = moved_to(to)
    return checks.pod_name_follows(act(lane(drawing), changes=moved, name=f"web-a.{QNAME}"), "web-a", "name")

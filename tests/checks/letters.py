"""One letter a tick of 0.1 s: ``o`` the old pod answered, ``n`` the new one, ``z`` another; ``r`` refused."""

from typing import Any

from kubeskeptic.bounds import SYNC
from kubeskeptic.checks import follows_move
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import ActSpan, Change, Lane
from tests.drawn import endpoints, fault, gone, lane, pod, watched

NAMES = {"o": "old", "n": "new", "z": "other"}


def asked(drawing: str, node: str) -> Lane:
    drawn = lane("".join("." if sign in NAMES else sign for sign in drawing), node)
    for at, sign in enumerate(sign for sign in drawing if sign != " "):
        if sign in NAMES:
            drawn.bys[at] = drawn.name_index(NAMES[sign])
    return drawn


# -- a pod moves ---------------------------------------------------------------------------------------------------------
# Deleted at 1.0 s; SYNC is 0, so the old pod may answer until 3.0 s, and the new one must answer by then, too.
GOOD = "o" * 10 + "rrr" + "n" * 47


def moved(a: str = GOOD, b: str = GOOD, c: str = GOOD, *, to: str = "B", end: float = 6.0, **nodes: str) -> Finding:
    lanes = [asked(drawing, node) for node, drawing in {"A": a, "B": b, "C": c, **nodes}.items() if drawing]
    return moved_lanes(*lanes, to=to, end=end)


def moved_lanes(*lanes: Lane, to: str = "B", end: float = 6.0) -> Finding:
    changes = (pod(1.5, "old", type="DELETED", node="A"), pod(1.4, "new", type="ADDED", node=to))
    act = watched(
        *lanes, pods={"old": "A"}, changes=changes, faults=(gone(target="pod/ns/old"),),
        spans=(ActSpan("act", 0, 0.5, end),), within=SYNC,
    )  # fmt: skip
    return follows_move(act, "web")


# -- kube-proxy is stopped -------------------------------------------------------------------------------------------------
# On A from 1.0 s on; the endpoints change at 2.0 s; it is started again at 6.0 s. SYNC is 0: changes are followed in 2.0 s.
STAYS = "o" * 60 + "n" * 30
FOLLOWS = "o" * 22 + "n" * 68
CHANGED = (endpoints(2.0, "new", type="MODIFIED"),)


def stopped(
    check: Any, *, a: str = STAYS, b: str = FOLLOWS, changes: tuple[Change, ...] = CHANGED, late: float = 0.0
) -> Finding:
    """:param late: how long the answer to the question of A that was asked at 4 s took, if it was late"""
    phases = {"applying": 1.0, "applied": 1.0, "bit": 1.1, "undoing": 6.0, "undone": 6.1}
    lanes = [asked(drawing, node) for node, drawing in (("A", a), ("B", b)) if drawing]
    lanes[0].took[40] = late or lanes[0].took[40]
    act = watched(
        *lanes, pods={"old": "A"}, changes=changes,
        faults=(fault(phases, name="stop_kube_proxy", target="kube-proxy/A"),),
        spans=(ActSpan("act", 0, 0.5, 9.0),), within=SYNC,
    )  # fmt: skip
    act.recording.tables["kube-proxy"] = {"started": [6.0, 6.0]}
    found: Finding = check(act, "web")
    return found

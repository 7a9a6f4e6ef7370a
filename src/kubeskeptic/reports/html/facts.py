"""Facts about a run: its cluster, what was observed, how long it took, and the settings from which bounds are computed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from kubeskeptic.reports.html.markup import Markup, el, join, table
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.wording import NBSP, count, length, quantity, standstills_told


def facts(report: Report) -> Markup:
    """Return the strip of facts about the run, and the tables of its settings, its scenarios and its instrument."""
    settings = report.run.get("settings", {})
    found = [("nodes", _nodes(report)), *((name, _setting(settings, *keys)) for name, keys in _SHOWN.items())]
    found += [("observed", _seen(report))]
    found += [("duration", _time(report)), ("waiting for a processor", _waiting(report))]
    strip = (el("div", el("dt", name), el("dd", value)) for name, value in found if value)
    return join(el("dl", *strip, class_="facts"), _settings(report))


_SHOWN = {"kube-proxy": ("SYNC",), "node grace period": ("GRACE",), "DNS TTL, zone cache": ("TTL", "CACHE")}


def _nodes(report: Report) -> str:
    nodes, roles = list(report.run.get("nodes", ())), report.run.get("roles", {})
    control = sum("control-plane" in str(roles.get(node, "")) for node in nodes)
    if control:
        return f"{control} + {count(len(nodes) - control, 'worker')}"
    return count(len(nodes), "node") if nodes else ""


def _setting(settings: dict[str, dict[str, object]], *names: str) -> str:
    shown = []
    for name in names:
        if name in settings:
            value, unit = settings[name]["value"], str(settings[name]["unit"])
            mode = re.search(r"iptables|nftables|ipvs", str(settings[name]["from"])) if name == "SYNC" else None
            text = quantity(float(str(value)), unit) if value or name != "CACHE" else "off"
            shown.append(f"{mode[0]}, sync {text}" if mode else text)
    return ", ".join(shown)


def _seen(report: Report) -> str:
    """Return the numbers of samples and gaps, with the longest gap: no gap can hide a longer outage."""
    ends = {r.id: r.ended or report.ended or 0.0 for r in report.scenarios.values()}
    lasted = [(gap.until or ends[r.id]) - gap.since for r in report.scenarios.values() for gap in r.gaps]
    longest = f", of at most {length(max(lasted))}" if lasted else ""
    return f"{count(report.samples, 'sample')}; {count(report.gaps, 'gap')}{longest}"


def _time(report: Report) -> str:
    """Return how long the scenarios took, and how much of that Kubernetes needs in any case, where that is known."""
    took = [r.ended - r.started for r in report.scenarios.values() if r.ended]
    needs = [r.irreducible for r in report.scenarios.values() if r.irreducible is not None]
    needed = f", of which Kubernetes needs {length(sum(needs))}" if needs else ""
    return f"{length(sum(took))}{needed}" if took else ""


def _waiting(report: Report) -> str:
    """Return in which share of the acts' time processes of the nodes' machine waited for a processor, where that is known."""
    shares = [a.waited for r in report.scenarios.values() for a in r.acts.values() if a.waited is not None]
    percent = [f"{round(100 * share)}{NBSP}%" for share in (median(shares), max(shares))] if shares else []
    return f"{percent[0]} of an act, at most {percent[1]}" if percent else ""


def _settings(report: Report) -> Markup | None:
    settings = report.run.get("settings", {})
    scenarios = [
        [
            r.id,
            length(r.ended - r.started if r.ended else None),
            length(r.irreducible),
            count(len(r.faults), "fault"),
        ]
        for r in report.scenarios.values()
    ]
    if not settings and not scenarios:
        return None
    rows = [[name, quantity(float(s["value"]), str(s["unit"])), str(s["from"])] for name, s in settings.items()]
    proofs = [_proof(one) for one in report.instrument]
    return el(
        "details",
        el("summary", "The cluster’s settings, the scenarios’ times, the instrument’s proof"),
        _table("Settings read from the cluster; all bounds are computed from them", ["setting", "value", "read from"], rows),
        _table("Scenarios", ["scenario", "took", "irreducible", "faults"], scenarios),
        _table("A known outage, injected before the run", ["node", "injected", "measured", ""], proofs),
        el("p", f"99 of 100 requests were sent less than {quantity(report.tick_lag_p99, 's')} late.", class_="note")
        if report.tick_lag_p99 is not None else None,
        el("p", standstills_told(report.standstills), class_="note") if report.standstills else None,
        class_="settings",
    )  # fmt: skip


def _proof(one: Mapping[str, Any]) -> list[str]:
    """Return a row about one node's instrument; without a measured outage it shows "nothing"."""
    seen = "nothing" if one["measured"] is None else quantity(float(one["measured"]), "s")
    return [
        str(one.get("node")),
        quantity(float(one["injected"]), "s"),
        seen,
        "proven" if one.get("proven") else "not proven",
    ]


def _table(caption: str, head: list[str], rows: Sequence[Sequence[str]]) -> Markup | None:
    return table(caption, head, rows) if rows else None

"""Change one rule of a service on one node: remove it, reweight the first endpoint, or misdirect a share.

Only the rule that leads to the service can be removed.

kube-proxy is frozen first, if it is running, because it would put the rule back at the next change. No other rule is touched.
Undoing puts the rule back in its place and lets kube-proxy continue. Requires that kube-proxy programs iptables.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import ClassVar

from kubeskeptic.errors import BadInput, MissingRequirement
from kubeskeptic.faults.components.kube_proxy import CONTINUE, PROCESS, synced
from kubeskeptic.faults.curl import connect
from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.nodes.node_recovery import node_of
from kubeskeptic.faults.targets import Target
from kubeskeptic.guard.risk import Risk
from kubeskeptic.waiting import NotYet

FREEZE = ("sh", "-c", 'pkill -STOP -x "$1" || test "$?" = 1', "sh", PROCESS)


@dataclass(frozen=True)
class ChangeServiceRule(Fault):
    """:param address: ClusterIP of the service; by default that of the API server's service
    :param port: the service's port
    :param percent: share that the first endpoint gets, from 1 to 99; 0 removes the rule that leads to the service
    :param to: ``IP:port`` that gets that share instead, such as a pod of another service
    """

    node: str
    address: str = ""
    port: int = 443
    percent: int = 0
    to: str = ""

    name: ClassVar[str] = "change_service_rule"
    risk: ClassVar[Risk] = Risk.NODE

    def plan(self, site: Site) -> Plan:
        """Record the rule and its position in its chain."""
        if not 0 <= self.percent <= 99:
            raise BadInput(f"an endpoint's share is 1 to 99 percent, or 0 to remove the rule, not {self.percent}")
        if self.to and not self.percent:
            raise BadInput(f"set the share that goes to {self.to}: percent, from 1 to 99")
        node_of(site, self.node)
        address = self.address or site.kube.get("Service", "kubernetes", "default")["spec"]["clusterIP"]
        rules = [line for _, line in nat_rules(site, self.node)]
        old, new = chosen(rules, address, self.port, self.percent, self.to)
        place = 1 + [r for r in rules if r.startswith(f"-A {old.split()[1]} ")].index(old) if old else 1
        record = {"node": self.node, "address": address, "port": self.port, "place": place, "old": old, "new": new}
        who = self.to or "the first endpoint"
        does = f"give {who} {self.percent} % of the connections to" if self.percent else "remove the rule that leads to"
        return Plan(
            (Target("service-rules", self.node),),
            f"freeze kube-proxy on {self.node}, and {does} the service {address}:{self.port}",
            f"put the rule back on {self.node} and let kube-proxy continue",
            record,
            timers=(Timer(self.node, ("sh", "-c", f"{back(record)}; {shlex.join(CONTINUE)}")),),
        )

    def apply(self, site: Site, plan: Plan) -> None:
        """Freeze kube-proxy, then change the rule, unless it is changed already."""
        node, old, new = plan.record["node"], plan.record["old"], plan.record["new"]
        site.in_node(node, *FREEZE)
        there = [rule for _, rule in nat_rules(site, node)]
        if old in there or (not old and new not in there):
            _, chain, *words = shlex.split(new or old)
            how = ("-D", chain) if not new else ("-R" if old else "-I", chain, str(plan.record["place"]))
            site.in_node(node, *NAT, *how, *words)

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the node does not reach the service or, with ``percent``, that the new rule matches packets."""
        node, new, at = plan.record["node"], plan.record["new"], f"{plan.record['address']}:{plan.record['port']}"
        if not new:
            reached = connect(site, node, at) is not None
            return NotYet("the node still reaches the service") if reached else f"the node does not reach {at}"
        connect(site, node, at)
        matched = next((packets for packets, rule in nat_rules(site, node) if rule == new), 0)
        return (
            f"the changed rule for {at} has matched {matched} packets"
            if matched
            else NotYet("the changed rule has matched no packet")
        )

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Put the rule back, if it is as the fault left it and its service exists; then let kube-proxy continue."""
        site.in_node(record["node"], "sh", "-c", back(record))
        site.in_node(record["node"], *CONTINUE)

    @classmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the rule is as before, if its service exists, and kube-proxy has programmed every change."""
        rules = [rule for _, rule in nat_rules(site, record["node"])]
        old, words = record["old"], " ".join(rules).split()
        if record["new"] in rules or (old and old not in rules and led_to(old) in words):
            return NotYet("the rule is not restored")
        return synced(site, record["node"])


NAT = ("iptables", "-w", "5", "-t", "nat")
_COUNTED = re.compile(r"\[(\d+):\d+\] (.*)")


def chosen(rules: list[str], address: str, port: int, percent: int, to: str = "") -> tuple[str, str]:
    """Return the old rule and the new one; the new one is empty when a rule is removed, the old one when a rule is added.

    :param to: ``IP:port`` that gets the share instead of the service's endpoints
    :raises BadInput: when there is no such service, or no second endpoint to take a share from
    :raises MissingRequirement: when kube-proxy does not program iptables
    """
    if not any(rule.startswith("-A KUBE-SERVICES ") for rule in rules):
        raise MissingRequirement("kube-proxy does not program iptables on this node")
    lead = [r for r in rules if r.startswith(f"-A KUBE-SERVICES -d {address}/32 ") and f"--dport {port} " in f"{r} "]
    if not lead:
        raise BadInput(f"no rule leads to {address}:{port}: name a service that has endpoints")
    if not percent:
        return lead[0], ""
    chain = lead[0].split()[-1]
    share = f"{round(percent / 100 * (1 << 31)) / (1 << 31):.11f}"  # rounded as by the kernel, printed as by iptables
    if to:
        return "", f"-A {chain} -p tcp -m statistic --mode random --probability {share} -j DNAT --to-destination {to}"
    first = next((r for r in rules if r.startswith(f"-A {chain} ") and "--probability" in r), "")
    if not first:
        raise BadInput(f"{address}:{port} has fewer than two endpoints: there is no share to change")
    return first, re.sub(r"--probability \S+", f"--probability {share}", first)


def nat_rules(site: Site, node: str) -> list[tuple[int, str]]:
    """Return the rules of the nat table, each after the number of packets that it has matched."""
    lines = site.in_node(node, "iptables-save", "-c", "-t", "nat").splitlines()
    return [(int(found[1]), found[2].strip()) for line in lines if (found := _COUNTED.fullmatch(line.strip()))]


def led_to(rule: str) -> str:
    """Return the chain that the rule led to; without that chain, the rule cannot be put back."""
    return str(rule.split()[-1])


def back(record: UndoRecord) -> str:
    """Return the shell commands that put the rule back; they do nothing if it is there, or if the chain that it led to is gone.

    A rule that was added is deleted.
    """
    if not record["old"]:
        chain, added = shlex.split(record["new"])[1], shlex.join(shlex.split(record["new"])[2:])
        nat = shlex.join(NAT)
        return f"while {nat} -C {chain} {added} 2>/dev/null; do {nat} -D {chain} {added}; done"
    (_, chain, *old), new = shlex.split(record["old"]), shlex.split(record["new"])[2:]
    nat, words, place = shlex.join(NAT), shlex.join(old), record["place"]
    if new:
        ours = f"{nat} -C {shlex.quote(chain)} {shlex.join(new)} 2>/dev/null"
        return f"if {ours}; then {nat} -R {shlex.quote(chain)} {place} {words}; fi"
    there = f"{nat} -S {shlex.quote(led_to(record['old']))} >/dev/null 2>&1"
    missing = f"! {nat} -C {shlex.quote(chain)} {words} 2>/dev/null"
    return f"if {there} && {missing}; then {nat} -I {shlex.quote(chain)} {place} {words}; fi"

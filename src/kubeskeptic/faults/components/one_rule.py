"""One rule of a service in a node's nat table: finding it, changing it, and putting it back."""

from __future__ import annotations

import re
import shlex

from kubeskeptic.errors import BadInput, MissingRequirement
from kubeskeptic.faults.fault import Site, UndoRecord

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

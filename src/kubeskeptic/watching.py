"""Watches services while something happens: an upgrade by other tooling, a rollout, a migration.

::

    open a run ── probes on every node ── calm ── mark ── COMMAND ── mark ── tail ── one finding for each target ── reports

The harness injects and changes nothing: the command does that. Services are probed with TCP connections, because their
application protocol is not known; their names are looked up in the cluster's DNS; the API server is probed with connections,
too.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from kubeskeptic.checks.availability import available
from kubeskeptic.claims import Claim, declare
from kubeskeptic.counting import counted
from kubeskeptic.durations import TAIL
from kubeskeptic.errors import BadInput, ClusterError
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.kube import Kube
from kubeskeptic.probes.specs import Probe, dns_udp, tcp_connect
from kubeskeptic.recorder import Watch
from kubeskeptic.reports.disruption import WATCHED
from kubeskeptic.runs import Run
from kubeskeptic.runs.marking import begin, let_pass, mark, recorded, scenario_told
from kubeskeptic.runs.model import RunOptions
from kubeskeptic.runs.opening import open_run
from kubeskeptic.timeline import Act

SCENARIO = "watch/command"
API, DNS = "api-server", "dns"
_FOR_EVER = 1e8
"""Seconds: three years."""


@dataclass(frozen=True)
class Watched:
    """A watched target: its probe, and the statement that its finding judges."""

    probe: Probe
    states: str


@dataclass(frozen=True)
class WatchResult:
    """The result of watching. ``status`` is the command's exit status; None if there was no command."""

    status: int | None
    findings: dict[str, Finding]

    @property
    def worst(self) -> Verdict:
        """The worst verdict of all targets."""
        return max((one.verdict for one in self.findings.values()), key=list(Verdict).index)


def targets(kube: Kube, domain: str, services: Sequence[str]) -> list[Watched]:
    """Return the targets to watch: the API server, and the given services and their DNS names; the cluster's DNS if no services
    are given.

    :param services: each as ``NAMESPACE/NAME``, or ``NAMESPACE/NAME:PORT`` if it has several ports
    :raises BadInput: for a service that does not exist, is headless or does not have that TCP port
    """
    api = _service(kube, "default", "kubernetes")
    dns = _service(kube, "kube-system", "kube-dns")
    found = [
        Watched(
            tcp_connect(API, *_address(api, "", "default/kubernetes"), rate=20), "The API server accepts connections."
        )
    ]
    for told in services:
        namespace, _, rest = told.partition("/")
        name, _, port = rest.partition(":")
        if not namespace or not name:
            raise BadInput(f"a service has the form NAMESPACE/NAME[:PORT], not “{told}”")
        spec = _service(kube, namespace, name)
        host, number = _address(spec, port, told)
        short = f"{namespace}-{name}"[:56].rstrip("-")
        found.append(
            Watched(tcp_connect(short, host, number, rate=50), f"{namespace}/{name} accepts connections on every node.")
        )
        lookup = dns_udp(f"{short}-name", dns["clusterIP"], f"{name}.{namespace}.svc.{domain}.", expect=[host], rate=10)
        found.append(Watched(lookup, f"The name of {namespace}/{name} resolves to its one address on every node."))
    if not services:
        name = f"kubernetes.default.svc.{domain}."
        found.append(
            Watched(
                dns_udp(DNS, dns["clusterIP"], name, expect=[api["clusterIP"]], rate=20),
                "The cluster's DNS answers correctly.",
            )
        )
    return found


def watch(
    options: RunOptions,
    services: Sequence[str],
    command: Sequence[str],
    seconds: float | None,
    say: Callable[[str], None],
) -> WatchResult:
    """Watch while a command runs, for some time, or until interrupted.

    :param command: empty to watch for ``seconds``, or until interrupted if that is None, too
    :raises BadInput: for a service that cannot be probed, or a command that cannot be started
    :raises Inconclusive: if a target does not answer at the start
    """
    with open_run(options) as run:
        watched = targets(run.kube, run.cluster_domain, services)
        claims = [declare(Claim(f"watch.{one.probe.name}", states=one.states)) for one in watched]
        status = _observe(run, watched, command, seconds, say)
        recording = run.followed.evidence().scenarios[SCENARIO]
        findings = {}
        for one, claim in zip(watched, claims, strict=True):
            findings[one.probe.name] = finding = available(Act(recording, [WATCHED]), one.probe.name)
            run.journal.write(
                "finding", scenario=SCENARIO, **finding.as_record(), claim=claim.id, case="",
                declared={"states": claim.states, "broken_by": []},
            )  # fmt: skip
        return WatchResult(status, findings)


def _observe(
    run: Run, watched: Sequence[Watched], command: Sequence[str], seconds: float | None, say: Callable[[str], None]
) -> int | None:
    """Record everything around the command, and return its exit status."""
    with scenario_told(run, SCENARIO, WATCHED, "Services are watched."), ExitStack() as stack:
        stack.enter_context(recorded(run, SCENARIO, [Watch("Node", None)]))
        stack.callback(run.agents.stop, SCENARIO)
        run.agents.ask(SCENARIO, [one.probe for one in watched])
        say(f"watching {', '.join(one.probe.name for one in watched)} from {counted(len(run.nodes), 'node')}")
        with _marked(run):
            status = _perform(run, command, seconds)
            let_pass(TAIL)
        return status


@contextmanager
def _marked(run: Run) -> Iterator[None]:
    """Mark where watching begins, after a calm stretch, and where it ends."""
    begin(run, SCENARIO, WATCHED)
    try:
        yield
    finally:
        mark(run, SCENARIO, WATCHED, "end")


def _perform(run: Run, command: Sequence[str], seconds: float | None) -> int | None:
    """Run the command with this process's input and output and return its exit status. Without a command, let the time pass."""
    if not command:
        with suppress(KeyboardInterrupt):  # the way to end it
            let_pass(seconds or _FOR_EVER)
        return None
    try:
        process = subprocess.Popen(command)
    except OSError as error:
        raise BadInput(f"{command[0]} cannot be started: {error.strerror}") from error
    run.journal.write("fact", scenario=SCENARIO, name="command began", value=list(command))
    while True:
        try:
            status = process.wait()
            break
        except KeyboardInterrupt as told:
            if str(told).startswith(("SIGTERM", "SIGHUP")):  # the command itself received a SIGINT of the terminal
                process.terminate()
            continue  # the command decides when it ends; the observations are kept, and the harness cleans up afterwards
    run.journal.write("fact", scenario=SCENARIO, name="command ended", value=status)
    return status if status >= 0 else 128 - status


def _service(kube: Kube, namespace: str, name: str) -> dict[str, Any]:
    try:
        return dict(kube.get("Service", name, namespace)["spec"])
    except ClusterError as error:
        raise BadInput(f"the service {namespace}/{name} cannot be watched: {error}") from error


def _address(spec: dict[str, Any], port: str, told: str) -> tuple[str, int]:
    """Return a service's ClusterIP and one of its TCP ports."""
    host = str(spec.get("clusterIP") or "None")
    if host == "None":
        raise BadInput(f"the service {told} is headless, so it has no address to probe; watch another service")
    listed = [one for one in spec.get("ports") or () if one.get("protocol", "TCP") == "TCP"]
    chosen = [int(one["port"]) for one in listed if not port or port in (str(one["port"]), one.get("name"))]
    if not chosen:
        known = ", ".join(str(one["port"]) for one in listed)
        if not known:
            raise BadInput(f"the service {told} has no TCP port to probe; watch another service")
        raise BadInput(f"the service {told} has no TCP port {port}; name one of {known} after the colon")
    return host, chosen[0]

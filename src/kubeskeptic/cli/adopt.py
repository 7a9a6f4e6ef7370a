"""``skeptic adopt``, ``skeptic abandon`` and ``skeptic rbac``: the use of a cluster that is not ours, up to a risk level."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import yaml

from kubeskeptic.cli import output
from kubeskeptic.cli.output import AS_JSON
from kubeskeptic.cli.which import must_answer
from kubeskeptic.clusters import agents
from kubeskeptic.clusters.adopted import KIND, NoEngine, adopted
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.configuration import configured
from kubeskeptic.errors import BadInput, NotFound
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.guard import Risk, rights
from kubeskeptic.guard.risk import CONSENT, consent, consent_manifest
from kubeskeptic.kube import Kube
from kubeskeptic.kube.kubeconfig import default_kubeconfig
from kubeskeptic.paths import shipped
from kubeskeptic.scenarios.declaration import ALWAYS_WATCHED, WATCHED

MEANS = {
    Risk.READ_ONLY: "looking only: every claim is skipped",
    Risk.NAMESPACE: "anything in namespaces of our own: pods of ours are started, watched and deleted",
    Risk.NODE: "nodes and what runs on them too, through privileged pods of ours: containers killed, kubelets stopped, "
    "traffic dropped",
    Risk.CONTROL_PLANE: "the control plane and kube-system too",
}
"""What each risk level allows, as shown to users."""


def _which(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--context", required=True, metavar="NAME", help="The cluster's context.")(command)
    return click.option(
        "--kubeconfig",
        type=click.Path(path_type=Path, dir_okay=False),
        default=None,
        help="The file with that context. [default: as kubectl]",
    )(command)


@click.command()
@_which
@click.option(
    "--risk",
    type=click.Choice([risk.words for risk in Risk]),
    default=Risk.NAMESPACE.words,
    show_default=True,
    help="What the harness may do to the cluster.",
)
@AS_JSON
def adopt(context: str, kubeconfig: Path | None, risk: str, as_json: bool) -> None:
    """Allow kubeskeptic to use a cluster of yours that it did not make. Writes a ConfigMap that every run looks for.

    The agent's image is loaded into the nodes of a kind cluster on this machine; runs then need no --agent-image.

    \b
    skeptic adopt --context staging
    skeptic adopt --context staging --risk node
    pytest --context staging --agent-image registry.example/team/agent:1
    skeptic adopt --context kind-theirs --risk control-plane
    pytest --context kind-theirs

    `skeptic rbac LEVEL` prints the rights that a run needs; `skeptic abandon` revokes the permission.
    """
    level = Risk.parse(risk)
    with _handle(context, kubeconfig) as kube:
        before = consent(kube)
        image = _loaded(kube) if level > Risk.READ_ONLY else ""
        kube.apply(consent_manifest(level, image))
    if as_json:
        was_allowed = before.words if before is not None else None
        output.as_json({"context": context, "risk": level.words, "was": was_allowed, "agent_image": image or None})
        return
    was = f" (was {before.words})" if before not in (None, level) else ""
    click.echo(f"{context} is adopted at risk level {level.words}{was}: {MEANS[level]}")


@click.command()
@_which
def abandon(context: str, kubeconfig: Path | None) -> None:
    """Revoke what `skeptic adopt` allowed. A run that is under way is not ended.

    \b
    skeptic abandon --context staging
    """
    with _handle(context, kubeconfig) as kube:
        try:
            kube.delete("ConfigMap", CONSENT, "kube-system")
        except NotFound:
            click.echo(f"{context} was not adopted")
            return
    click.echo(f"{context} is no longer adopted; runs will refuse it")


def _loaded(kube: Kube) -> str:
    """Load the agent's image into the nodes of a kind cluster on this machine; return its name, empty for other clusters."""
    if not kube.context.startswith(KIND):
        return ""
    found = adopted(kube, Path(), "")
    if isinstance(found.engine, NoEngine):
        return ""
    return agents.load_into(Builder(lambda line: click.echo(line, err=True)), found.engine, found.kind_name)


@contextmanager
def _handle(context: str, kubeconfig: Path | None) -> Iterator[Kube]:
    with must_answer(), tempfile.TemporaryDirectory(prefix="kubeskeptic-") as scratch:
        yield Kube(kubeconfig or configured().kubeconfig or default_kubeconfig(), context, Path(scratch))


@click.command()
@click.argument("level", type=click.Choice([risk.words for risk in Risk]))
@click.option(
    "--service-account",
    "account",
    default="kubeskeptic:kubeskeptic",
    show_default=True,
    metavar="NAMESPACE:NAME",
    help="The service account that gets the rights.",
)
def rbac(level: str, account: str) -> None:
    """Print the RBAC manifests for a risk level: the rights that its claims and faults need, and no others.

    \b
    skeptic rbac own-namespace | kubectl apply -f -
    skeptic rbac node --service-account ci:skeptic
    """
    namespace, colon, name = account.partition(":")
    if not (namespace and colon and name):
        raise BadInput(f"a service account has the form NAMESPACE:NAME, not “{account}”")
    click.echo(text(Risk.parse(level), (namespace, name)), nl=False)


def text(level: Risk, account: tuple[str, str] = ("kubeskeptic", "kubeskeptic")) -> str:
    """Return the manifests of a risk level, as YAML."""
    declared: dict[Risk, list[rights.Right]] = defaultdict(list)
    for fault in FAULTS.values():
        declared[fault.risk] += fault.rights
    needed = rights.rights(level, _kinds(shipped() / "manifests"), declared)
    return yaml.safe_dump_all(rights.manifests(level, needed, account), sort_keys=False)


def _kinds(folder: Path) -> set[str]:
    """Return the kinds in the manifests of all scenarios, and those that scenarios watch."""
    found = {*WATCHED, *ALWAYS_WATCHED}
    for path in sorted(folder.glob("*/*.yaml")):
        if path.parent.name not in ("rbac", "addons"):  # applied by hand, and by `skeptic up`
            found |= {one["kind"] for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one}
    return found - {"Node"}

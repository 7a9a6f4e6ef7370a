"""``skeptic up``, ``down``, ``doctor`` and ``env``: clusters of our own; ``agent-image`` and ``uninstall``: this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kubeskeptic import clusters
from kubeskeptic.cli import output
from kubeskeptic.cli.output import AS_JSON
from kubeskeptic.clusters import agents, engine_install, uninstall
from kubeskeptic.clusters.addons import ADDONS
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.doctor import examine
from kubeskeptic.clusters.kind import PROXY_MODES
from kubeskeptic.clusters.machine import Diagnosis, Level
from kubeskeptic.clusters.node_source import CHOICES, DEFAULT_VERSION
from kubeskeptic.clusters.options import DEFAULT_WORKERS
from kubeskeptic.clusters.up import DEFAULT_NAME, exports
from kubeskeptic.configuration import PROFILES, cluster_name, configured
from kubeskeptic.counting import counted
from kubeskeptic.errors import BadInput
from kubeskeptic.terminal import Display

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}
_NAME = click.option("--name", default=cluster_name, help=f"Name of the cluster. [default: {DEFAULT_NAME}]")
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@_NAME
@click.option(
    "--kubernetes",
    metavar="VERSION",
    help=f"Kubernetes version. [default: {DEFAULT_VERSION} where images are built, else what kind pins]",
)
@click.option("--workers", type=click.IntRange(1, 20), help=f"Worker nodes. [default: {DEFAULT_WORKERS}]")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    help="default: Kubernetes' own settings. quick: a lost node is noticed within 20 s, and its pods move 20 s later.",
)
@click.option("--proxy-mode", type=click.Choice(PROXY_MODES), help="Mode of kube-proxy. [default: iptables]")
@click.option("--config", type=_FILE, help="Your own kind configuration; the options above fill in what it leaves out.")
@click.option("--images", default="auto", show_default=True, type=click.Choice(CHOICES), help="Where images come from.")
@click.option(
    "--with",
    "addons",
    metavar="LIST",
    help=f"Addons to build and set up: {', '.join(ADDONS)}, all, none. [default: those that node images carry]",
)
def up(
    name: str,
    kubernetes: str | None,
    workers: int | None,
    profile: str | None,
    proxy_mode: str | None,
    config: Path | None,
    images: str,
    addons: str | None,
) -> None:
    """Ensure that a healthy cluster of our own exists. A healthy cluster is kept; otherwise a new one is made.

    \b
    skeptic up
    skeptic up --name old --kubernetes v1.36.3 --workers 1
    skeptic up --name quick --profile quick --proxy-mode nftables
    skeptic up --name served --workers 2 --with metallb,contour

    A container engine is found, or, as root on Debian, installed in a folder of its own and started. Images are pulled
    where a registry answers and built from Go modules and Debian packages otherwise, once.

    An unhealthy cluster of ours is deleted and made anew. A healthy one is not changed: where an option asks for something
    that it does not have, a message says so. A cluster that `skeptic up` did not make, or that a run is using, is never
    deleted; the command exits with 21.
    """
    profile = configured(profile=profile).profile
    with Display() as display:
        cluster = clusters.up(
            name, kubernetes, workers, profile=profile, proxy_mode=proxy_mode, config=config, images=images, addons=addons,
            progress=display,
        )  # fmt: skip
    click.echo(f"Kubernetes {cluster.kubernetes} on {counted(len(cluster.nodes), 'node')}; to look around:")
    click.echo(f'  eval "$(skeptic env{"" if name == DEFAULT_NAME else f" --name {name}"})"')


@click.command()
@_NAME
def env(name: str) -> None:
    """Print what a shell needs to reach a cluster and its container engine with kubectl and docker.

    \b
    eval "$(skeptic env)"
    """
    for line in exports(name):
        click.echo(line)


@click.command()
@_NAME
@click.option("--engine", is_flag=True, help="Also stop the container engine that `skeptic up` started.")
def down(name: str, engine: bool) -> None:
    """Delete a cluster of our own, if there is one.

    \b
    skeptic down
    skeptic down --engine

    A cluster that `skeptic up` did not make, or that a run is using, is not deleted; the command exits with 21.
    """
    with Display() as display:
        clusters.down(name, engine=engine, progress=display)
    click.echo(f"no cluster {name} is left" + (", and no engine of ours runs" if engine else ""))


@click.command()
@_NAME
@AS_JSON
def doctor(name: str, as_json: bool) -> None:
    """Check everything that `skeptic up` depends on, and change nothing. Exits with 1 when something would make it fail.

    \b
    skeptic doctor
    skeptic doctor --name proofs --json
    """
    diagnoses = examine(name)
    if as_json:
        output.as_json([{"level": one.level.value, "what": one.what, "says": one.says} for one in diagnoses])
    for diagnosis in () if as_json else diagnoses:
        click.echo(_line(diagnosis))
    if any(diagnosis.level is Level.FAIL for diagnosis in diagnoses):
        sys.exit(1)


def _line(diagnosis: Diagnosis) -> str:
    return f"{click.style(f'{diagnosis.level.value:<5}', fg=_COLOURS[diagnosis.level])} {diagnosis.what:<16} {diagnosis.says}"


@click.command("agent-image")
@click.option(
    "--name",
    default=cluster_name,
    help=f"With --load: name of a kind cluster on this machine. [default: {DEFAULT_NAME}]",
)
@click.option("--load", is_flag=True, help="Load the image into every node of a kind cluster.")
@click.option("--push", metavar="REPOSITORY", help="Push the image to a registry that the engine is logged in to.")
@click.option(
    "--save", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write the image to a file."
)
def agent_image(name: str, load: bool, push: str | None, save: Path | None) -> None:
    """Deliver the agent's image to a kind cluster, a registry or a file, and print its name there.

    \b
    skeptic agent-image --load --name ci
    skeptic agent-image --push registry.example/team/agent
    skeptic agent-image --save agent.tar

    On a cluster that is not kind: push the image, then `pytest --context NAME --agent-image IMAGE`.
    """
    if [load, push is not None, save is not None].count(True) != 1:
        raise BadInput("give one of --load, --push REPOSITORY, --save FILE")
    builder = Builder(lambda line: click.echo(line, err=True))
    engine = engine_install.provide(builder.store, builder.progress)
    if push:
        click.echo(agents.push(builder, engine, push))
    elif save:
        click.echo(agents.save(builder, engine, save))
    else:
        click.echo(agents.load_into(builder, engine, name))


@click.command("uninstall")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--leave-clusters", is_flag=True, help="When no engine answers: leave its clusters and remove the rest.")
def uninstall_(yes: bool, leave_clusters: bool) -> None:
    """Remove everything of ours from this machine: clusters, our container engine, images, caches. The clone stays.

    \b
    skeptic uninstall
    skeptic uninstall --yes

    It prints what will be removed, and asks. While a run uses a cluster, nothing is removed and it exits with 21. When there
    are clusters and no container engine answers that could delete them, it exits with 1.
    """
    found = uninstall.installed()
    lines = found.lines()
    if not lines:
        click.echo("nothing of kubeskeptic is installed on this machine")
        return
    click.echo("\n".join(["this will be removed:", *(f"  {line}" for line in lines)]))
    uninstall.refuse_in_use(found)
    if not leave_clusters:
        uninstall.refuse_lost(found)
    if not yes:
        click.confirm("go on?", abort=True)
    uninstall.uninstall(found, progress=click.echo)

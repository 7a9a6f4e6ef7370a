"""``skeptic agent-image`` and ``skeptic uninstall``: deliver the agent's image; remove everything of ours from this machine."""

from __future__ import annotations

from pathlib import Path

import click

from kubeskeptic.clusters import agent_delivery, engine_install, uninstall
from kubeskeptic.clusters.builds.workshop import Workshop
from kubeskeptic.clusters.up import DEFAULT_NAME
from kubeskeptic.configuration import cluster_name
from kubeskeptic.errors import BadInput


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
    workshop = Workshop(lambda line: click.echo(line, err=True))
    engine = engine_install.provide(workshop.store, workshop.progress)
    if push:
        click.echo(agent_delivery.push(workshop, engine, push))
    elif save:
        click.echo(agent_delivery.save(workshop, engine, save))
    else:
        click.echo(agent_delivery.load(workshop, engine, name))


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

"""``skeptic up``, ``skeptic down`` and ``skeptic doctor``."""

from __future__ import annotations

import sys

import click

from kubeskeptic import clusters
from kubeskeptic.clusters.doctor import examine
from kubeskeptic.clusters.machine import Finding, Level
from kubeskeptic.clusters.node_source import CHOICES, DEFAULT_VERSION
from kubeskeptic.clusters.up import DEFAULT_NAME, DEFAULT_WORKERS

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}
_NAME = click.option("--name", default=DEFAULT_NAME, show_default=True, help="Which cluster.")


@click.command()
@_NAME
@click.option("--kubernetes", default=DEFAULT_VERSION, show_default=True, metavar="VERSION", help="Kubernetes version.")
@click.option(
    "--workers",
    default=DEFAULT_WORKERS,
    show_default=True,
    type=click.IntRange(1, 20),
    help="Nodes beside the control plane.",
)
@click.option("--images", default="auto", show_default=True, type=click.Choice(CHOICES), help="Where images come from.")
def up(name: str, kubernetes: str, workers: int, images: str) -> None:
    """Have a healthy cluster of our own: the one that is there, or a new one.

    \b
    skeptic up
    skeptic up --name old --kubernetes v1.36.3 --workers 1

    A container engine is found, or, as root on Debian, installed in a folder of its own and started. Images are pulled
    where a registry answers and built from Go modules and Debian packages otherwise, once.

    A cluster that is there and not healthy is deleted and made anew. One that `skeptic up` did not make, or that a run is
    using, is never deleted: that ends with status 21.
    """
    cluster = clusters.up(name, kubernetes, workers, images=images, progress=click.echo)
    click.echo(f"Kubernetes {cluster.kubernetes} on {len(cluster.nodes)} nodes; to look around:")
    click.echo(f"  export KUBECONFIG={cluster.kubeconfig}")


@click.command()
@_NAME
@click.option("--engine", is_flag=True, help="Also stop the container engine that `skeptic up` started.")
def down(name: str, engine: bool) -> None:
    """Delete a cluster of our own; fine when there is none.

    \b
    skeptic down
    skeptic down --engine

    One that `skeptic up` did not make, or that a run is using, is left alone: that ends with status 21.
    """
    clusters.down(name, engine=engine, progress=click.echo)
    click.echo(f"no cluster {name} is left" + (", and no engine of ours runs" if engine else ""))


@click.command()
@_NAME
def doctor(name: str) -> None:
    """Check everything that can go wrong with `skeptic up`, before it does. Exits with 1 when something will fail."""
    findings = examine(name)
    for finding in findings:
        click.echo(_line(finding))
    if any(finding.level is Level.FAIL for finding in findings):
        sys.exit(1)


def _line(finding: Finding) -> str:
    return f"{click.style(f'{finding.level.value:<5}', fg=_COLOURS[finding.level])} {finding.what:<16} {finding.says}"

"""How long a warm ``skeptic up`` takes beside plain ``kind create cluster`` of the same shape, image and configuration.

::

    python benchmarks/up.py --pairs 3

The two alternate, so that a busy machine slows both. Plain kind does not wait for nodes to be Ready; ``skeptic up`` does, and
for the system's pods, and brings the agent's image into every node. The bound is 1.5. Exits with 1 when it is missed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from kubeskeptic import clusters, process
from kubeskeptic.clusters import engine_install, kind, node_source
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.durations import CLUSTER_CREATE

BOUND = 1.5
NAME = "kubeskeptic-benchmark"


@click.command()
@click.option("--pairs", default=3, show_default=True, help="How often each of the two is timed.")
@click.option("--workers", default=3, show_default=True)
def main(pairs: int, workers: int) -> None:
    """Time both, print a table, exit with 1 when the bound is missed."""
    click.echo("warming up: engine, images, one cluster")
    clusters.up(NAME, workers=workers, progress=click.echo)
    clusters.down(NAME)
    seconds = []
    for number in range(1, pairs + 1):
        plain = timed(lambda: plain_kind(workers))
        delete_plain()
        ours = timed(lambda: skeptic_up(workers))
        clusters.down(NAME)
        seconds.append((plain, ours))
        click.echo(f"pair {number}: kind {plain:.1f} s, skeptic {ours:.1f} s")
    ratio = table(seconds)
    sys.exit(0 if ratio <= BOUND else 1)


def timed(work: Callable[[], None]) -> float:
    """Seconds that ``work`` takes."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


def plain_kind(workers: int) -> None:
    """``kind create cluster`` with the image and configuration that ``skeptic up`` uses, and nothing else."""
    builder = Builder(quiet)
    engine = engine_install.provide(builder.store, builder.progress)
    source = node_source.choose(engine, None, "auto")
    tool = kind.provide(builder, engine)
    cgroups = str(engine.info().get("CgroupVersion"))
    config = kind.render(kind.default(workers), own_network=source.built, cgroups=cgroups)
    with tempfile.TemporaryDirectory() as folder, builder.progress.step("plain kind", 30) as step:
        tool.create(NAME, Path(folder) / "kubeconfig", config, source.argument, step)


def delete_plain() -> None:
    """Delete what plain kind made; `skeptic down` would refuse to, as it is none of its own."""
    builder = Builder(quiet)
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_install.provide(builder.store, builder.progress)
        kind.provide(builder, engine).delete(NAME, Path(folder) / "kubeconfig")


def skeptic_up(workers: int) -> None:
    """The command as people give it, Python's start included."""
    command = [sys.executable, "-c", "from kubeskeptic.cli import main; main()", "up", "--name", NAME]
    process.run([*command, "--workers", str(workers)], patience=CLUSTER_CREATE)


def table(seconds: list[tuple[float, float]]) -> float:
    """Print what was measured and return the ratio of the medians."""
    plain, ours = (statistics.median(column) for column in zip(*seconds, strict=True))
    click.echo(f"\n{'seconds':<22}{'median':>8}{'least':>8}{'most':>8}")
    for title, column in zip(("kind create cluster", "skeptic up, warm"), zip(*seconds, strict=True), strict=True):
        click.echo(f"{title:<22}{statistics.median(column):>8.1f}{min(column):>8.1f}{max(column):>8.1f}")
    ratio = float(ours / plain)
    click.echo(f"{'ratio':<22}{ratio:>8.2f}  (bound {BOUND})")
    return ratio


if __name__ == "__main__":
    main()

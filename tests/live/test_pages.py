"""Pages for whoever is on this machine or on a runner, on a small cluster of its own. It takes about four minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pages import played, run

pytestmark = pytest.mark.live

NAME = "pages"


def test_the_page_of_a_runner_and_the_one_of_this_machine(tmp_path: Path) -> None:
    """The second is about a cluster that is there, and so it is played within the first, before the cluster is deleted."""
    asks = dict(played("ci.md", name=NAME))
    down = asks.pop("skeptic down")
    try:
        for told, line in (*asks.items(), *played("debian.md", name=NAME)):
            done = run(line, tmp_path)
            assert done.returncode == 0, f"{told}\n{done.stdout}{done.stderr}"
            if "kubectl get nodes" in line:
                assert f"{NAME}-worker" in done.stdout.partition("CONTAINER ID")[0]
                assert f"{NAME}-worker" in done.stdout.partition("CONTAINER ID")[2]
    finally:
        done = run(down, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "junit.xml").exists()

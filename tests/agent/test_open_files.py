"""The table of open files, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, resource, socket
from kubeskeptic.agent import open_files
hard = {hard}
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
open_files.make_room()
size = next(line for line in open("/proc/self/status") if line.startswith("FDSize"))
print(size.split()[1], resource.getrlimit(resource.RLIMIT_NOFILE)[0], len(os.listdir("/proc/self/fd")) < 20)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no procfs")
@pytest.mark.parametrize("hard", [1000, 4096])
def test_the_table_is_as_large_as_it_may_become(hard: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(hard=hard)], capture_output=True, text=True, timeout=30, check=True
    )
    size, limit, closed = done.stdout.split()
    assert int(size) >= int(limit) == hard
    assert closed == "True"

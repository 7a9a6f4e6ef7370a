"""What the agent's process asks of the kernel, in processes of their own. As root they are given real-time priority, else those
tests are skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubeskeptic.agent.kernel import SHORTEST

SCRIPT = """
import os, resource, socket
from kubeskeptic.agent.kernel import make_room
hard = {hard}
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
make_room()
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


ASKED = """
from pathlib import Path
from kubeskeptic.agent.kernel import take_short_slices
print(take_short_slices(), *(line.split()[-1] for line in Path("/proc/self/sched").read_text().splitlines() if "slice" in line))
"""


def test_the_kernel_gives_short_turns_where_it_can() -> None:
    """In a process of its own, which keeps them."""
    asked, *now = subprocess.check_output([sys.executable, "-c", ASKED], text=True).split()
    if asked == "True" and now:  # a kernel that has turns and shows them
        assert now == [str(SHORTEST)]


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give real-time priority")
PREFIX = """
import asyncio, os, time
from kubeskeptic.agent import clock, kernel
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
except OSError:
    print("not here"); raise SystemExit
"""


def run(script: str) -> str:
    """What a script prints."""
    done = subprocess.run(
        [sys.executable, "-c", PREFIX + script], capture_output=True, text=True, timeout=30, check=True
    )
    if done.stdout.startswith("not here"):
        pytest.skip("real-time priority cannot be had in this process's group")
    return done.stdout.strip()


@AS_ROOT
def test_a_loop_that_never_waits_is_set_back() -> None:
    said = run("""
async def main():
    watch = kernel.Realtime(lambda: 0)
    watch.start()
    end = time.monotonic() + 0.8
    while time.monotonic() < end and watch.given: pass
    print(watch.given, watch.why_not)
asyncio.run(main())
""")
    assert said == "False it ran for 0.2 s without waiting"


@AS_ROOT
@pytest.mark.parametrize(("share", "rate", "given"), [(0.02, 0, "False"), (0.9, 0, "True"), (0.02, 1000, "True")])
def test_one_that_uses_more_than_its_share_is_set_back(share: float, rate: int, given: str) -> None:
    said = run(f"""
kernel.WINDOW, kernel.SHARE, kernel.MOST = 2, {share}, 0.9
async def main():
    watch = kernel.Realtime(lambda: int(time.monotonic() * {rate}))
    watch.start()
    end = time.monotonic() + 3.5
    while time.monotonic() < end and watch.given:
        stop = time.monotonic() + 0.02
        while time.monotonic() < stop: pass
        await clock.pause(0.06)
    print(watch.given, watch.why_not)
asyncio.run(main())
""")
    assert said.startswith(given)
    assert ("of a core for 0 questions a second" in said) == (given == "False")


def test_an_ordinary_process_is_left_alone() -> None:
    script = """
import asyncio
from kubeskeptic.agent import kernel
async def main():
    watch = kernel.Realtime(lambda: 0)
    watch.start()
    print(watch.given, repr(watch.why_not))
    watch.stop()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "False ''"

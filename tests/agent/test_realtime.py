"""What a real-time agent may use, in processes of their own: as root they are given the priority, else they are skipped."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give real-time priority")
PREFIX = """
import asyncio, os, time
from kubeskeptic.agent import clock, realtime
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
    watch = realtime.Realtime(lambda: 0)
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
realtime.WINDOW, realtime.SHARE, realtime.MOST = 2, {share}, 0.9
async def main():
    watch = realtime.Realtime(lambda: int(time.monotonic() * {rate}))
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
from kubeskeptic.agent import realtime
async def main():
    watch = realtime.Realtime(lambda: 0)
    watch.start()
    print(watch.given, repr(watch.why_not))
    watch.stop()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "False ''"

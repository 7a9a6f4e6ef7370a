import subprocess
import sys

from kubeskeptic.agent.sched_slice import SHORTEST

ASKED = """
from pathlib import Path
from kubeskeptic.agent.sched_slice import take_short_slices
print(take_short_slices(), *(line.split()[-1] for line in Path("/proc/self/sched").read_text().splitlines() if "slice" in line))
"""


def test_the_kernel_gives_short_turns_where_it_can() -> None:
    """In a process of its own, which keeps them."""
    asked, *now = subprocess.check_output([sys.executable, "-c", ASKED], text=True).split()
    if asked == "True" and now:  # a kernel that has turns and shows them
        assert now == [str(SHORTEST)]

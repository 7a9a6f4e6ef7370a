"""Exit statuses in words, for the last line of a run: make turns every status except 0 into 2.

``python -m kubeskeptic.exit_status 10`` prints one.
"""

from __future__ import annotations

import sys

WORDS = {
    0: "nothing failed",
    1: "a claim is violated, or a test or a requirement failed",
    2: "interrupted",
    3: "an error of the harness itself",
    4: "the command line or the configuration is not valid",
    5: "no test was selected",
    10: "nothing is violated, but a claim is inconclusive",
    20: "the cluster was left dirty; `skeptic cleanup` puts it right",
    21: "the cluster was refused, or no run could begin on it",
}
"""The exit statuses of pytest and of the harness."""


def in_words(status: int) -> str:
    """Return an exit status as a number and in words."""
    return f"exit status {status}: {WORDS.get(status, 'ended by a signal' if status > 128 else 'unknown')}"


if __name__ == "__main__":
    print(in_words(int(sys.argv[1])))

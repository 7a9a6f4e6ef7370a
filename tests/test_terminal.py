"""What is printed while the work goes on: on a terminal, without one, and where an encoding lacks a character."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from kubeskeptic.durations import HEARTBEAT, Patience
from kubeskeptic.terminal import Display, elapsing, print_any_character, spoken
from kubeskeptic.waiting import NotYet, until

COMMAND = (sys.executable, "-c", "from kubeskeptic.cli import main; main(prog_name='skeptic')")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def plain(now: list[float]) -> Display:
    return Display(io.StringIO(), lambda: f"oven, {HEARTBEAT - now[0]:g} s left", clock=lambda: now[0])


def printed(display: Display) -> str:
    assert isinstance(display.stream, io.StringIO)
    return display.stream.getvalue()


def test_a_minute_of_silence_is_broken_by_the_status(plain: Display, now: list[float]) -> None:
    for now[0] in (0, HEARTBEAT - 0.1, HEARTBEAT, HEARTBEAT + 10, 2 * HEARTBEAT - 0.1):
        plain.heartbeat()
    assert printed(plain) == "oven, 0 s left\n"
    now[0] = 2 * HEARTBEAT
    plain.heartbeat()
    assert printed(plain).count("\n") == 2


def test_a_status_counts_up_or_down_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: passed[0])
    up, down = elapsing("cleaning up", "; then it is clean"), elapsing("in force", lasts=300)
    assert (up(), down()) == ("cleaning up for 0 s; then it is clean", "in force, 5 min left")
    passed[0] += 260
    assert (up(), down()) == ("cleaning up for 4 min; then it is clean", "in force, 40 s left")
    passed[0] += 60
    assert down() == "in force, 0 s left"


def test_a_line_is_a_sign_of_life(plain: Display, now: list[float]) -> None:
    now[0] = HEARTBEAT - 1
    plain("bread: done")
    now[0] = 2 * HEARTBEAT - 2
    plain.heartbeat()
    assert printed(plain) == "bread: done\n"


def test_without_a_status_the_last_line_is_told_again(now: list[float]) -> None:
    display = Display(io.StringIO(), clock=lambda: now[0])
    display("pulling the image")
    for now[0] in (HEARTBEAT, 2 * HEARTBEAT):
        display.heartbeat()
    assert printed(display) == "pulling the image\n" + 2 * "still at: pulling the image\n"


def test_the_heart_beats_by_itself_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubeskeptic.terminal.HEARTBEAT", 0.01)
    monkeypatch.setattr("kubeskeptic.terminal.HEARTBEAT_LOOK", 0.01)
    before = threading.active_count()
    with Display(io.StringIO(), lambda: "oven") as display:
        until(lambda: "oven\n" in printed(display) or NotYet("silence"), Patience(10), what="a heartbeat")
    assert threading.active_count() == before


def test_a_heartbeat_into_a_closed_stream_hurts_nobody(plain: Display, now: list[float]) -> None:
    plain.stream.close()
    now[0] = HEARTBEAT
    plain.heartbeat()


def test_half_a_line_is_finished_before_the_first_one(now: list[float]) -> None:
    stream = io.StringIO()
    display = Display(stream, lambda: "oven", before=lambda: stream.write("\n"), clock=lambda: now[0])
    stream.write("suites/test_x.py ")
    for now[0] in (0, HEARTBEAT, 2 * HEARTBEAT):
        display.heartbeat()
    assert stream.getvalue() == "suites/test_x.py \noven\noven\n"


def test_on_a_terminal_the_status_is_below_the_lines_and_gone_at_the_end() -> None:
    with Display(Terminal(), lambda: "[3] of 17 cases") as display:
        until(lambda: "[3] of 17 cases" in printed(display) or NotYet("nothing"), Patience(10), what="the status")
        display("bread [v1]: done")
    text = printed(display)
    assert "bread [v1]: done" in text
    assert text.rindex("[3] of 17") > text.index("bread [v1]")
    assert text.endswith("\x1b[2K")


def test_a_long_line_is_not_cut_and_a_long_status_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    with Display(Terminal(), lambda: "s" * 60) as display:
        display("l" * 60)
        until(lambda: "ss" in printed(display) or NotYet("nothing"), Patience(10), what="the status")
    assert "l" * 60 in printed(display)
    assert "s" * 41 not in printed(display)


def colours(text: str) -> bool:
    return any(f"\x1b[{code}m" in text for code in (31, 32, 33, "1;31"))


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with Display(Terminal()) as display:
        display("\x1b[31mred\x1b[0m")
    assert "red" in printed(display)
    assert not colours(printed(display))


def test_every_character_can_be_printed() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    print_any_character(stream)
    stream.write("é “kube” … → ● ≤ 漢\n")
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    assert stream.buffer.getvalue().decode("latin-1") == 'é "kube" ... -> * <= ?\n'


def test_what_is_no_text_stream_is_left_alone() -> None:
    print_any_character(io.StringIO())


@pytest.mark.parametrize("words", [("--help",), ("claims",), ("faults",)])
def test_the_command_prints_in_latin_1(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [*COMMAND, *words], env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert b"UnicodeEncodeError" not in done.stderr
    assert done.stdout


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal: what a person sees, and what a command writes to."""
    seen, written = pty.openpty()
    yield seen, written
    os.close(seen)


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_the_command_respects_no_color(terminal: tuple[int, int], no_color: str, coloured: bool) -> None:
    seen, written = terminal
    subprocess.run(
        [*COMMAND, "faults", "drop_packets"], stdout=written, check=True,
        env=os.environ | {"NO_COLOR": no_color, "TERM": "xterm"},
    )  # fmt: skip
    os.close(written)
    assert (b"\x1b[1m" in os.read(seen, 4096)) is coloured


def test_lengths_of_time_are_spoken() -> None:
    assert [spoken(0.4), spoken(89), spoken(420)] == ["0 s", "89 s", "7 min"]

"""``python3 -m kubeskeptic.agent ask | serve | exec | queue-worker | queue-metrics``: the ways to run the agent's image.

Once a server listens, it prints one line of JSON with its port: ``{"listening": 8080}``.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import signal
import sys

from kubeskeptic.agent.burn import burn
from kubeskeptic.agent.identity import Identity
from kubeskeptic.agent.kernel import make_room, take_short_slices

SWITCH = 0.001
"""Seconds after which a busy thread gives way to one that has a question to ask."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command, and return the exit status."""
    options = _parser().parse_args(arguments)
    if options.what == "burn":
        burn(options.share, options.seconds)
        return 0
    if options.what == "queue-worker":
        from kubeskeptic.agent.redis_queue import until_told

        until_told(options.redis, options.queue, options.seconds)
        return 0
    make_room()
    take_short_slices()
    ways = {"ask": _ask, "serve": _serve, "exec": _exec, "queue-metrics": _queue_metrics}
    asyncio.run(ways[options.what](options))
    return 0


async def _ask(options: argparse.Namespace) -> None:
    from kubeskeptic.agent.ask import Agent

    sys.setswitchinterval(SWITCH)
    agent = Agent(Identity.of())
    asyncio.get_running_loop().set_exception_handler(lambda _, context: agent.note_error(context))
    port = await agent.start(options.host, options.port, options.echo_port)
    await _until_told_to_end(port)
    agent.askers.stop()


async def _serve(options: argparse.Namespace) -> None:
    from kubeskeptic.agent.serve import Workload

    workload = Workload(Identity.of())
    port = await workload.listen(options.host, options.port)
    await _until_told_to_end(port)
    await workload.stop()


async def _exec(options: argparse.Namespace) -> None:
    from kubeskeptic.agent.node_exec import NodeExec, key_in

    exec_pod = NodeExec(key_in(options.key))
    port = await exec_pod.server.listen(options.host, options.port)
    await _until_told_to_end(port)
    await exec_pod.stop()


async def _queue_metrics(options: argparse.Namespace) -> None:
    from kubeskeptic.agent.queue_metrics import serve

    await _until_told_to_end(serve((options.host, options.port), options.redis, options.queue))


async def _until_told_to_end(port: int) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    print(json.dumps({"listening": port}), flush=True)
    gc.collect()
    gc.freeze()  # objects that live as long as the process are not scanned again: a full collection delays a question
    await told.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kubeskeptic.agent", description="Ask questions from a node, or answer them.")
    commands = parser.add_subparsers(dest="what", required=True)
    ask = commands.add_parser("ask", help="ask the probes that the harness sends, and deliver the samples")
    serve = commands.add_parser("serve", help="answer each request with the identity of the pod")
    exec_pod = commands.add_parser("exec", help="run commands in its node for clients that have the key")
    exec_pod.add_argument("--key", required=True, help="file with the key")
    metrics = commands.add_parser("queue-metrics", help="serve the depth of a queue as an external metric")
    worker = commands.add_parser("queue-worker", help="take one job after another from a queue")
    worker.add_argument("--seconds", type=float, default=1.0, help="that each job takes")
    for command in (metrics, worker):
        command.add_argument("--redis", default="redis", help="host of the Redis server")
        command.add_argument("--queue", default="jobs", help="name of the list")
    for command in (ask, serve, exec_pod, metrics):
        command.add_argument("--host", default="0.0.0.0", help="address to listen on")  # noqa: S104  # a pod's only address
        command.add_argument("--port", type=int, default=8080, help="port to listen on; 0: a free one")
    ask.add_argument(
        "--echo-port", type=int, default=8081, help="port of the responder on loopback that proves the instrument"
    )
    burner = commands.add_parser("burn", help="keep a share of a core busy for a while")
    burner.add_argument("--share", type=float, default=1.0)
    burner.add_argument("--seconds", type=float, default=1.0)
    return parser


if __name__ == "__main__":
    sys.exit(main())

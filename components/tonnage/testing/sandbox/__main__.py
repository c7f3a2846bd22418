"""`python -m tonnage.testing.sandbox`: a control plane for the hand, between `up` and `down`."""

import argparse
import re
import sys
from collections.abc import Sequence

from tonnage.testing.sandbox.binaries import programs, why_not
from tonnage.testing.sandbox.problems import SandboxError
from tonnage.testing.sandbox.up import down, is_up, kubeconfig_of, logs_of, state_of, up

FINE, FAILED, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Results go to stdout, messages to stderr."""
    asked = _parser().parse_args(argv)
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?", asked.name):
        print(f"sandbox: {asked.name!r} is no name; use small letters, digits and dashes", file=sys.stderr)
        return USAGE
    try:
        return int(asked.run(asked))
    except SandboxError as problem:
        print(f"sandbox: {problem}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tonnage.testing.sandbox", description=__doc__)
    parser.add_argument("--name", default="default", help="Which one, where several are up.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    start = commands.add_parser("up", help="Start it; print the path of its kubeconfig.")
    start.set_defaults(run=_up)
    start.add_argument(
        "--score",
        choices=("MostAllocated", "LeastAllocated"),
        default="MostAllocated",
        help="How the scheduler prefers nodes.",
    )
    start.add_argument("--emulate", metavar="MINOR", default="", help="A minor version whose behaviour is shown: 1.35.")
    for name, run, said in (
        ("down", _down, "End it; nothing of it is left."),
        ("kubeconfig", _kubeconfig, "Print the path of its kubeconfig."),
        ("status", _status, "Say whether it is up: exit code 0 if so, else 1."),
        ("build", _build, "Build its programs, if they are nowhere."),
    ):
        commands.add_parser(name, help=said).set_defaults(run=run)
    return parser


def _up(asked: argparse.Namespace) -> int:
    print(up(asked.name, asked.score, asked.emulate))
    return FINE


def _down(asked: argparse.Namespace) -> int:
    if not down(asked.name):
        print(f"sandbox {asked.name} was not up", file=sys.stderr)
    return FINE


def _kubeconfig(asked: argparse.Namespace) -> int:
    if not is_up(asked.name):
        raise SandboxError(f"{asked.name} is not up; start it with `python -m tonnage.testing.sandbox up`")
    print(kubeconfig_of(asked.name))
    return FINE


def _status(asked: argparse.Namespace) -> int:
    if is_up(asked.name):
        state = state_of(asked.name)
        print(f"up: {state['server']}, supervisor {state['pid']}, logs in {logs_of(asked.name)}")
        return FINE
    reason, logs = why_not(), logs_of(asked.name)
    broke = f"; it broke, its logs are in {logs}" if logs else ""
    print(f"down{broke}" + (f"; {reason}" if reason else ""))
    return FAILED


def _build(_: argparse.Namespace) -> int:
    for name, path in programs(may_build=True).items():
        print(f"{name}\t{path}")
    return FINE


if __name__ == "__main__":
    sys.exit(main())

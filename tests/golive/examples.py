"""Runs examples of verbs in one process and prints the exit code of each.

Reads a JSON list of argument lists from standard input. One process for all of them, because most
of what a verb takes is its start.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading

from app.cli import main

STOP_EVERY_SECONDS = 2.5
ENDLESS = ("serve", "worker", "sandbox")


def run(arguments: list[str]) -> int:
    """The exit code of one verb; one that would go on for ever is told to stop now and then."""
    sys.argv = ["dealgate", *arguments]
    ended = threading.Event()
    if arguments[0] in ENDLESS:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        threading.Thread(target=_stop, args=(ended,), daemon=True).start()
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    finally:
        ended.set()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return 0


def _stop(ended: threading.Event) -> None:
    while not ended.wait(STOP_EVERY_SECONDS):
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    codes = []
    for arguments in json.load(sys.stdin):
        sys.stderr.write(f"--- {arguments}\n")
        codes.append(run(arguments))
    sys.stdout.write(f"\n{json.dumps(codes)}\n")

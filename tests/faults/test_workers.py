from __future__ import annotations

import signal
import time

import pytest

from .theatre import FAULTS, LEASE_SECONDS, dice

ROUNDS = max(1, FAULTS // 10)
EDITS = 15
PAUSE_SECONDS = LEASE_SECONDS + 1


@pytest.mark.xdist_group("postgres-restarts")
def test_several_workers_with_one_killed_one_paused_and_the_server_restarted(
    on_postgres, postgres_server
):
    """Nothing is lost, and every deal ends as a full sweep would leave it.

    The pause is longer than the worker's lease.
    """
    theatre, chance = on_postgres, dice("workers")
    theatre.start()
    paused, killed = theatre.start("worker"), theatre.start("worker")
    for _ in range(ROUNDS):
        theatre.work(chance, EDITS)
        time.sleep(chance.uniform(0, 0.3))
        paused.send_signal(signal.SIGSTOP)
        theatre.kill(killed)
        theatre.work(chance, EDITS)
        postgres_server.stop()
        postgres_server.start()
        killed = theatre.start("worker")
        time.sleep(PAUSE_SECONDS)
        paused.send_signal(signal.SIGCONT)
    theatre.settle()
    theatre.is_what_a_sweep_would_leave()

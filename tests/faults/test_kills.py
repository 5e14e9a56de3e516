from __future__ import annotations

import time

from .theatre import FAULTS, dice

KILLS = FAULTS or 2
EDITS = 12


def test_killed_again_and_again(on_sqlite):
    """However often the one process is killed, each deal ends as a full sweep would leave it.

    Deliveries that nobody answered come again, and what was accepted is never lost.
    """
    theatre, chance = on_sqlite, dice("killed")
    service = theatre.start()
    for _ in range(KILLS):
        theatre.work(chance, EDITS)
        time.sleep(chance.uniform(0, 0.5))
        theatre.kill(service)
        service = theatre.start()
    theatre.settle()
    theatre.kill(service)
    theatre.is_what_a_sweep_would_leave()

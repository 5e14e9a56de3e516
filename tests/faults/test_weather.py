from __future__ import annotations

from .theatre import FAULTS, dice

ROUNDS = FAULTS or 3
EDITS = 12
SHARE = 0.3
TROUBLES = ("429", "423", "477", "500", "503", "521_html", "drop", "truncate", "malformed_json")


def test_a_hubspot_that_fails_a_third_of_the_time(on_sqlite):
    """Whatever HubSpot answers meanwhile, the deals end as a full sweep on a fine day leaves them.

    Deliveries come late, twice, in another order or not at all besides; a sweep makes up for those
    that were lost. Nothing is given up.
    """
    theatre, chance = on_sqlite, dice("weather")
    theatre.start()
    theatre.weather(
        duplicate_share=0.3, reorder_share=0.3, lose_share=0.2, delay_jitter_ms=200, seed=1
    )
    for number, kind in enumerate(TROUBLES):
        theatre.fault(
            kind=kind,
            match={"side": "hubspot", "path": "^/crm/"},
            probability=SHARE / len(TROUBLES),
            seed=number,
            params={"retry_after": 0.2, "policy": "SECONDLY"},
        )
    for _ in range(ROUNDS):
        theatre.calmly(lambda: theatre.work(chance, EDITS))
    theatre.weather(duplicate_share=0, reorder_share=0, lose_share=0, delay_jitter_ms=0)
    theatre.fine()
    theatre.settle()
    theatre.sweep()
    theatre.settle()
    theatre.is_what_a_sweep_would_leave()

"""Edge Connectivity deals from diagnosis to validation. All invented."""

from __future__ import annotations

from .pipelines import EDGE
from .story import Contact, Deal, Note, Touch
from .writing import (
    exits,
    lines,
    operations,
    plain_exits,
    questions,
    shorthand,
    whys,
)

_TALKING = (Touch(10, "sent"), Touch(8, "reply"), Touch(5, "meeting"), Touch(2, "reply"))

LATE_EDGE_DEALS = (
    Deal(
        name="Baltic Turbines – service hubs",
        pipeline=EDGE,
        company=("Baltic Turbines", "baltic-turbines.example", "Gdańsk", "Poland", 3600),
        contacts=(
            Contact("Agata Wójcik", "Head of Digital Service", roles=("CHAMPION",)),
            Contact("Piotr Mazur", "CTO", roles=("DECISION_MAKER",)),
        ),
        stage=1,
        owner="idris",
        amount=110_000,
        age_days=48,
        next_step="Demo for service managers on {date+6}",
        notes=(
            Note(
                35,
                whys(
                    "Every service hub builds its own data logger, and half of the field trips "
                    "are only to fetch files.",
                    "The offshore contract obliges them to report hourly from {date+85} on.",
                    "Runs on their existing edge PCs and can be updated over a satellite link.",
                ),
            ),
            Note(
                49,
                questions(
                    "Not yet, they know it from a trade fair.",
                    "0 instances, 0 developers.",
                    "No.",
                    "Equip 12 hubs with one standard logger.",
                ),
                on="contacts",
            ),
            Note(
                22,
                exits(
                    m1a="Agata called the private loggers an organisation-wide problem and agreed "
                    "to size it.",
                    m1b="400 field trips a year, reporting duty as trigger, business case agreed "
                    "with Piotr.",
                ),
            ),
            Note(21, lines(("Cost of doing nothing:", "Fines of 15 kEUR per missed report."))),
            Note(
                47,
                operations(
                    "Release process with staging, signed off by the service architect.",
                    "A central team, they publish one standard image.",
                    "OT security, with role-based access.",
                    "Monitored centrally, with a recovery plan per hub.",
                ),
                on="companies",
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Harwick Tyres – curing presses",
        pipeline=EDGE,
        company=("Harwick Tyres", "harwick-tyres.example", "Akron", "United States", 5900),
        contacts=(Contact("Lena Howard", "Manufacturing IT", status="UNRESPONSIVE"),),
        stage=1,
        owner="tomas",
        amount=57_000,
        age_days=66,
        days_in_stage=38,
        next_step=None,
        notes=(
            Note(
                52,
                shorthand(
                    "curing times drift and nobody sees it until the tyre is cut",
                    "recall risk, board wants a fix before {month+30}",
                    "edge install near the press, data model they can own",
                ),
            ),
            Note(
                45,
                plain_exits(
                    m1a="drifting curing times agreed as pain, go for impact",
                    m1b="TBD",
                ),
            ),
        ),
        touches=(Touch(40, "meeting"), Touch(30, "sent"), Touch(23, "sent"), Touch(16, "sent")),
    ),
    Deal(
        name="Silvana Furniture – paint shop",
        pipeline=EDGE,
        company=("Silvana Furniture", "silvana-furniture.example", "Treviso", "Italy", 540),
        contacts=(Contact("Marco Bianchi", "Plant Manager", roles=("CHAMPION",)),),
        stage=1,
        amount=0,
        age_days=29,
        next_step="Marco checks the budget",
        notes=(
            Note(
                14,
                whys(
                    "Paint use varies by a fifth between shifts and nobody can explain it.",
                    "on hold until the budget is confirmed",
                    "good product, good fit",
                ),
            ),
            Note(
                12,
                exits(
                    m1a="Agreed that paint use is the issue, wants to see the impact.",
                    m1b="Impact of 70 kEUR agreed, scope is paint line 1.",
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Zeeland Greenhouses – climate control",
        pipeline=EDGE,
        company=("Zeeland Greenhouses", "zeeland-greenhouses.example", "Goes", "NL", 410),
        contacts=(
            Contact("Anneke de Bruin", "Technical Director", roles=("CHAMPION", "DECISION_MAKER")),
            Contact("Pieter Maas", "IT Manager", roles=("INFLUENCER",)),
        ),
        stage=2,
        amount=38_000,
        age_days=70,
        days_in_stage=10,
        next_step="PoC kickoff on {date+4}",
        notes=(
            Note(
                55,
                lines(
                    (
                        "Waarom veranderen?",
                        (
                            "Elke kas heeft een eigen regelaar en de teler rijdt 's nachts heen en "
                            "weer bij alarm."
                        ),
                    ),
                    ("Waarom nu?", "De nieuwe kas van 8 hectare opent op {dmy+55}."),
                    ("Waarom FlowFuse?", "Alles vanaf één scherm bijwerken, op eigen servers."),
                ),
            ),
            Note(
                38,
                exits(
                    m1a="Night alarms named as the problem, agreed to work out the impact.",
                    m1b="Impact and the opening of the new greenhouse agreed as trigger.",
                    m2a="Anneke is champion and decides together with the family.",
                    m2b="IT and growers agreed on a PoC in greenhouse 3.",
                ),
            ),
            Note(
                71,
                questions(
                    "Ja, één proefopstelling in kas 3.",
                    "2 instances, 1 ontwikkelaar.",
                    "Nee, nog niet in productie.",
                    "Alle zeven kassen aansluiten.",
                ),
                on="contacts",
            ),
            Note(
                37,
                operations(
                    "Pieter plans changes in a monthly window, with an approval step.",
                    "IT is the single owner of the templates.",
                    "IT security is with Pieter: named users, patch management.",
                    "Alerts go to the on-call team.",
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Meridian Elevators – remote diagnosis",
        pipeline=EDGE,
        company=("Meridian Elevators", "meridian-elevators.example", "Espoo", "Finland", 9700),
        contacts=(
            Contact("Jukka Salmi", "Product Owner IoT", roles=("CHAMPION",)),
            Contact("Tiina Koski", "SVP Service", roles=("EXECUTIVE_SPONSOR", "BUDGET_HOLDER")),
        ),
        stage=3,
        owner="idris",
        amount=160_000,
        age_days=120,
        days_in_stage=20,
        next_step="PoC review moved to {date+14}",
        notes=(
            Note(
                100,
                whys(
                    "Half of the visits end with no fault found; the modem boxes cannot run logic.",
                    "The box supplier ends production on {date+130}.",
                    "Device agent runs on their hardware, fleets are managed in groups.",
                ),
            ),
            Note(
                80,
                exits(
                    m1a="No-fault visits are the pain, agreed with Jukka.",
                    m1b="2.4 MEUR a year and the end of production as trigger, agreed.",
                    m2a="Jukka champions and has a slot in the architecture board.",
                    m2b="Service, security and purchasing agreed on the PoC.",
                    m3="success criteria: tbd",
                ),
            ),
        ),
        touches=_TALKING,
    ),
)

"""Open deals of the Edge Connectivity process: problems to solve once and for all. All invented."""

from __future__ import annotations

from .pipelines import EDGE
from .story import Contact, Deal, Note, Touch
from .writing import exits, headed, lines, listed, plain_exits, questions, shorthand, whys

_TALKING = (Touch(10, "sent"), Touch(8, "reply"), Touch(5, "meeting"), Touch(2, "reply"))

EDGE_DEALS = (
    Deal(
        name="Marisol Beverages – line data for six plants",
        pipeline=EDGE,
        company=("Marisol Beverages", "marisol-beverages.example", "Valencia", "Spain", 4100),
        contacts=(
            Contact("Javier Roig", "Head of Operational Excellence", roles=("CHAMPION",)),
            Contact("Elena Prats", "COO", roles=("DECISION_MAKER", "BUDGET_HOLDER")),
        ),
        stage=0,
        owner="tomas",
        amount=70_000,
        age_days=16,
        next_step="Second discovery session on {date+5}",
        notes=(
            Note(
                7,
                headed(
                    "Downtime reasons are typed in after the shift; two plants count differently "
                    "and the group cannot compare them.",
                    "Group targets for next year are set on {date+40} and need one definition.",
                    "They want one way to connect any filler, run centrally by their MES team.",
                ),
            ),
            Note(
                17,
                questions(
                    "No, not adopted yet; one engineer has tried it on a test bench.",
                    "1 instance, 1 person.",
                    "No, not in production.",
                    "Connect the fillers of all six plants.",
                ),
                on="contacts",
            ),
            Note(
                7,
                lines(
                    (
                        "Operations:",
                        (
                            "Central MES team owns standards, changes go through a change board "
                            "every Thursday, security is with the group CISO."
                        ),
                    )
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Pellegrin Plastics – moulding cells",
        pipeline=EDGE,
        company=("Pellegrin Plastics", "pellegrin.example", "Lyon", "France", 760),
        contacts=(Contact("Camille Roux", "Responsable production", activation_outbound=None),),
        stage=0,
        owner="leonie",
        amount=24_000,
        age_days=10,
        next_step="Call on {date+2}",
        notes=(
            Note(
                3,
                lines(
                    ("Why change?", "Les temps de cycle sont relevés sur papier, trois équipes."),
                    ("Why now?", "à voir"),
                    ("Why FlowFuse?", "pas encore abordé"),
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Kestrel Foods – allergen tracking",
        pipeline=EDGE,
        company=("Kestrel Foods", "kestrel-foods.example", "Cork", "Ireland", 1300),
        contacts=(Contact("Aoife Brennan", "Quality Systems Lead", roles=("CHAMPION",)),),
        stage=0,
        owner="idris",
        amount=33_000,
        age_days=12,
        next_step="Aoife sends the site list by {date+3}",
        notes=(),
        touches=_TALKING,
    ),
    Deal(
        name="Ostrava Castings – melt shop",
        pipeline=EDGE,
        company=("Ostrava Castings", "ostrava-castings.example", "Ostrava", "Czechia", 980),
        contacts=(Contact("Petr Novotný", "Melt Shop Manager", status="UNQUALIFIED"),),
        stage=0,
        amount=29_000,
        age_days=34,
        next_step="Find the right contact by {date+10}",
        notes=(
            Note(
                21,
                listed(
                    "Energy per melt is unknown, the invoice is the only number they have.",
                    "Their energy contract is renegotiated on {date+65}.",
                    "Connects to their old PLCs without a new SCADA.",
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Grünthal Papier – Qualitätsdaten",
        pipeline=EDGE,
        company=("Grünthal Papier", "gruenthal-papier.example", "Düren", "Germany", 620),
        contacts=(Contact("Sabine Krüger", "Leiterin Qualität", roles=("CHAMPION",)),),
        stage=0,
        owner="leonie",
        amount=26_000,
        age_days=13,
        next_step="Termin am {dmy+6} mit Frau Krüger",
        notes=(
            Note(
                6,
                lines(
                    (
                        "Warum ändern?",
                        (
                            "Reklamationen lassen sich keiner Rolle zuordnen, im Sommer wurden 14 "
                            "Tonnen zurückgenommen."
                        ),
                    ),
                    ("Warum jetzt?", "noch offen"),
                    ("Warum FlowFuse?", "Anbindung der alten Messrahmen ohne neue Steuerung."),
                ),
            ),
        ),
        touches=_TALKING,
    ),
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
                lines(("Operations:", "Pieter owns all standards and updates, monthly window.")),
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
    Deal(
        name="Calder Brewing – cellar sensors",
        pipeline=EDGE,
        company=None,
        contacts=(),
        stage=0,
        owner=None,
        amount=None,
        age_days=5,
        closes_in_days=-3,
        next_step=None,
        notes=(Note(4, "Met at the fair, sounded interested. Call back."),),
    ),
    Deal(
        name="Rivermark Textiles – dye house",
        pipeline=EDGE,
        company=("Rivermark Textiles", "rivermark-textiles.example", "Porto", "Portugal", 830),
        contacts=(Contact("Inês Duarte", "Process Engineer", roles=("CHAMPION",)),),
        stage=0,
        owner="gwen",
        amount=31_000,
        age_days=95,
        days_in_stage=95,
        closes_in_days=-20,
        next_step="Gwen follows up in {month-60}",
        notes=(
            Note(
                80,
                whys(
                    "Recipes are corrected by eye and one batch in nine is dyed twice.",
                    "They wanted to decide by {date-25}.",
                    "Recipe changes with approval and history.",
                ),
            ),
        ),
        touches=(Touch(70, "sent"), Touch(60, "sent")),
    ),
)

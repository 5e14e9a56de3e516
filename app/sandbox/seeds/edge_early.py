"""Edge Connectivity deals in discovery: a problem to solve once for all sites. All invented."""

from __future__ import annotations

from .pipelines import EDGE
from .story import Contact, Deal, Note, Touch
from .writing import headed, lines, listed, operations, questions, whys

_TALKING = (Touch(10, "sent"), Touch(8, "reply"), Touch(5, "meeting"), Touch(2, "reply"))

EARLY_EDGE_DEALS = (
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
                operations(
                    "Change board every Thursday, reviewed before it goes live.",
                    "The central MES team owns standards for all plants.",
                    "The group's security team, with named users.",
                    "On-call rotation, and a runbook per line.",
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

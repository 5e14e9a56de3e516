"""NR Scale deals in discovery and diagnosis: customers that run Node-RED. All invented."""

from __future__ import annotations

from .story import Contact, Deal, Note, Touch
from .writing import (
    exits,
    headed,
    lines,
    listed,
    operations,
    plain_exits,
    questions,
    shorthand,
    whys,
)

_TALKING = (Touch(9, "sent"), Touch(7, "reply"), Touch(4, "meeting"), Touch(3, "reply"))

EARLY_SCALE_DEALS = (
    Deal(
        name="Hollund Dairy – governance for 40 instances",
        company=("Hollund Dairy", "hollund-dairy.example", "Stavanger", "Norway", 1400),
        contacts=(
            Contact("Ingrid Solheim", "Head of OT", roles=("CHAMPION",)),
            Contact("Petter Aas", "CIO", roles=("DECISION_MAKER", "BUDGET_HOLDER")),
        ),
        stage=0,
        amount=48_000,
        age_days=21,
        next_step="{date+6}: impact workshop with Ingrid and the two plant engineers",
        notes=(
            Note(
                12,
                whys(
                    "Two line stops in September because a flow was edited on the live machine "
                    "and nobody could roll it back.",
                    "The third creamery starts up on {date+75} and the board does not want "
                    "another hand-made set-up there.",
                    "Snapshots with rollback, and roles per plant; they saw both in the webinar "
                    "and tried them on a test server.",
                ),
            ),
            Note(
                25,
                questions(
                    "Yes, tank levels, CIP reporting and an OEE dashboard.",
                    "About 40 instances, 5 people write flows.",
                    "Yes, in production on every filling line.",
                    "Add the third creamery and connect the lab system.",
                ),
                on="contacts",
            ),
            Note(
                11,
                operations(
                    "They are not: flows are edited live on the machine, with no rollback.",
                    "Nobody owns them, every plant does its own thing.",
                    "Nobody in particular; there is one shared admin password.",
                    "They phone the engineer who built it, the line waits.",
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Castra Logistics – sorter fleet",
        company=("Castra Logistics", "castra-logistics.example", "Zaragoza", "Spain", 5200),
        contacts=(Contact("Pilar Ibarra", "Automation Lead", roles=("CHAMPION",)),),
        stage=0,
        owner="tomas",
        amount=36_000,
        age_days=14,
        next_step="Tomás to send the agenda for the discovery call by {date+2}",
        notes=(
            Note(
                6,
                listed(
                    "13 sorters each run their own copy of the flow; last week a fix reached "
                    "nine of them and four kept mis-sorting for two days.",
                    "TBD",
                    "They like that device groups can be updated remotely in one go.",
                ),
            ),
            Note(
                15,
                questions(
                    "Yes, barcode routing and alarm forwarding to the control room.",
                    "13 instances, 2 developers.",
                    "Yes, live on all sorters since last year.",
                    "Extend to the conveyor belts in Lleida.",
                ),
                on="contacts",
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Brennwerk Energie – Leitwarten",
        company=("Brennwerk Energie", "brennwerk.example", "Kassel", "Germany", 900),
        contacts=(Contact("Jürgen Falk", "Leiter Automatisierung", roles=("CHAMPION",)),),
        stage=0,
        owner="leonie",
        amount=52_000,
        age_days=18,
        next_step="Impact-Workshop am {dmy+9} mit Herrn Falk",
        notes=(
            Note(
                8,
                lines(
                    (
                        "Warum ändern?",
                        (
                            "Niemand weiß, welche Version auf welchem Gateway läuft; im Oktober "
                            "fiel deshalb die Fernwärme-Anzeige einen halben Tag aus."
                        ),
                    ),
                    (
                        "Warum jetzt?",
                        (
                            "Die KRITIS-Prüfung ist am {dmy+70}, bis dahin muss ein Nachweis über "
                            "Zugriffe vorliegen."
                        ),
                    ),
                    (
                        "Warum FlowFuse?",
                        "Rollen und Audit-Log, und der Betrieb auf eigenen Servern ist möglich.",
                    ),
                ),
            ),
            Note(
                20,
                questions(
                    "Ja, Zählerdaten und Störmeldungen aus 22 Heizwerken.",
                    "Rund 60 Instanzen, 4 Entwickler.",
                    "Ja, produktiv in der Leitwarte.",
                    "Umstellung der restlichen acht Heizwerke im kommenden Jahr.",
                ),
                on="contacts",
            ),
            Note(
                19,
                operations(
                    "Kein Freigabeprozess, Änderungen gehen direkt auf das Gateway.",
                    "Niemand zuständig, jedes Heizwerk hat seine eigene Kopie.",
                    "Gemeinsames Passwort, Updates nur bei Störungen.",
                    "Der Bereitschaftsdienst startet von Hand neu.",
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Oakmere Water – pumping stations",
        company=("Oakmere Water", "oakmere-water.example", "Leeds", "United Kingdom", 2600),
        contacts=(Contact("Ruth Hadley", "Telemetry Manager", status="CONNECTED"),),
        stage=0,
        owner="idris",
        amount=27_500,
        age_days=9,
        next_step="Discovery call on {date+3}",
        notes=(
            Note(
                5,
                whys(
                    "When the telemetry engineer was ill in August nobody could restart the "
                    "flows at 31 stations.",
                    "The regulator's new reporting year begins on {date+120}.",
                    "Central restarts and logs for all stations without a site visit.",
                ),
            ),
            Note(
                6,
                questions(
                    "Yes, level alarms and pump rotation.",
                    "31 instances, one person develops.",
                    "Yes, all stations depend on it.",
                    "Add energy metering per pump.",
                ),
                on="contacts",
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Van Loon Verpakkingen – Node-RED beheer",
        company=("Van Loon Verpakkingen", "vanloon-verpakkingen.example", "Tilburg", "NL", 640),
        contacts=(Contact("Sjoerd Kuipers", "Teamleider OT"),),
        stage=0,
        amount=22_000,
        age_days=11,
        next_step="Bellen op {date+4} over de scope",
        notes=(
            Note(
                4,
                lines(
                    (
                        "Waarom veranderen?",
                        (
                            "Elke lijn heeft een eigen kopie en bij een wijziging moet iemand "
                            "langs alle negen machines."
                        ),
                    ),
                    ("Waarom nu?", "weet hij nog niet"),
                    ("Waarom FlowFuse?", "Versiebeheer en terugdraaien in één klik."),
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Lumenta Glass – furnace dashboards",
        company=("Lumenta Glass", "lumenta-glass.example", "Liège", "Belgium", 1850),
        contacts=(
            Contact("Hélène Marchal", "Responsable industrie 4.0", roles=("CHAMPION",)),
            Contact("Olivier Renard", "DSI", roles=("DECISION_MAKER",)),
        ),
        stage=1,
        owner="leonie",
        amount=64_000,
        age_days=44,
        next_step="Champion demo on {date+5}, Hélène invites the shift leaders",
        notes=(
            Note(
                30,
                lines(
                    (
                        "Pourquoi changer ?",
                        "Trois arrêts de four depuis juin : les flux sont modifiés sans trace.",
                    ),
                    (
                        "Pourquoi maintenant ?",
                        "La rénovation du four 2 se termine le {dmy+60}, tout doit être prêt.",
                    ),
                    (
                        "Pourquoi FlowFuse ?",
                        "Gestion des versions et authentification unique sur leurs serveurs.",
                    ),
                ),
            ),
            Note(
                46,
                questions(
                    "Oui, suivi de température et bilans d'énergie.",
                    "18 instances, 3 développeurs.",
                    "Oui, en production sur deux fours.",
                    "Équiper le four 3 et le laboratoire.",
                ),
                on="contacts",
            ),
            Note(
                20,
                exits(
                    m1a="Hélène named the furnace stops as their main operational pain and "
                    "agreed to look at the impact together.",
                    m1b="Agreed that one stop costs 40 kEUR, that the furnace date drives the "
                    "urgency, and that we evaluate two furnaces.",
                ),
            ),
            Note(19, lines(("Cost of doing nothing:", "At least two more stops, about 80 kEUR."))),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Ferrum & Sons – press shop",
        company=("Ferrum & Sons", "ferrum-sons.example", "Sheffield", "United Kingdom", 480),
        contacts=(Contact("Alan Whitcombe", "Works Manager", roles=("CHAMPION",)),),
        stage=1,
        owner="idris",
        amount=19_000,
        age_days=38,
        next_step="Demo for the shift leads on {date+8}",
        notes=(
            Note(
                24,
                shorthand(
                    "press data lives in 7 private copies, scrap report is wrong every month",
                    "new press arrives {date+50}, wants it connected from day one",
                    "likes the shared library of flows and the log of who changed what",
                ),
            ),
            Note(
                40,
                questions(
                    "Yes, scrap counting and tool life.",
                    "7 instances, 2 people.",
                    "Yes, on the press line.",
                    "The new press and an MES interface.",
                ),
                on="contacts",
            ),
            Note(
                39,
                operations(
                    "By hand, with a laptop next to the press.",
                    "Alan's colleague, who is the only one who knows.",
                    "Nobody; there is no password on the editor.",
                    "Somebody restarts it by hand.",
                ),
            ),
            Note(15, exits(m1a="Pain is clear (scrap report), Alan agreed to a deep dive.")),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Solaris Fab – cleanroom monitoring",
        company=("Solaris Fab", "solaris-fab.example", "Dresden", "Germany", 3100),
        contacts=(
            Contact("Marit Vogel", "Lead Engineer Facility", roles=("CHAMPION",)),
            Contact("Erik Stamm", "Director Operations", roles=("EXECUTIVE_SPONSOR",)),
        ),
        stage=1,
        amount=88_000,
        age_days=52,
        next_step="Stakeholder workshop on {date+12}",
        notes=(
            Note(
                33,
                headed(
                    "Particle alarms were lost for six hours after an update overwrote the flow.",
                    "no urgency on their side, they will see",
                    "High availability for the alarm instance and a tested rollback.",
                ),
            ),
            Note(
                28,
                plain_exits(
                    m1a="alarm loss confirmed as the pain, impact session booked",
                    m1b="impact and scope agreed, cleanroom 4 is the evaluation area",
                ),
            ),
            Note(
                50,
                questions(
                    "Yes, particle counters and door interlocks.",
                    "25 instances, 6 developers.",
                    "Yes.",
                    "Cover the new fab wing.",
                ),
                on="contacts",
            ),
        ),
        touches=_TALKING,
    ),
)

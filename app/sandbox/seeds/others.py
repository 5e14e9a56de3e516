"""Deals that are hard to read, copied, closed, or otherwise unlike the rest. All invented."""

from __future__ import annotations

from .pipelines import EDGE, LOST, WON
from .story import Contact, Deal, Note, Touch
from .writing import exits, lines, questions, shorthand, whys

_TALKING = (Touch(11, "sent"), Touch(6, "reply"), Touch(4, "meeting"))
_COPIED = whys(
    "They want to modernise and digitise their production.",
    "Timeline is important to them.",
    "They see value in the platform.",
)

OTHER_DEALS = (
    Deal(
        name="Tessaro Motors – test benches",
        company=("Tessaro Motors", "tessaro-motors.example", "Turin", "Italy", 2900),
        contacts=(Contact("Giulia Conti", "Test Lab Lead", roles=("CHAMPION",)),),
        stage=0,
        age_days=8,
        next_step="Discovery on {date+5}",
        notes=(
            Note(
                5,
                "<div>Template for discovery</div><h3>Why change?</h3><h3>Why now?</h3>"
                "<h3>Why FlowFuse?</h3>",
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Quayside Cold Stores – reefer alarms",
        company=("Quayside Cold Stores", "quayside-cold.example", "Hull", "United Kingdom", 350),
        contacts=(Contact("Megan Price", "Site Engineer"),),
        stage=0,
        owner="idris",
        amount=15_000,
        age_days=19,
        next_step="Send pricing by {date+3}",
        notes=(Note(9, _COPIED),),
        touches=_TALKING,
    ),
    Deal(
        name="Vantage Labs – sample handling",
        company=("Vantage Labs", "vantage-labs.example", "Boston", "United States", 270),
        contacts=(Contact("Noah Feld", "Automation Scientist"),),
        stage=0,
        owner="tomas",
        amount=18_000,
        age_days=17,
        next_step="Follow up on {date+7}",
        notes=(Note(7, _COPIED),),
        touches=_TALKING,
    ),
    Deal(
        name="Heliodor Solar – inverter fleet",
        pipeline=EDGE,
        company=("Heliodor Solar", "heliodor-solar.example", "Seville", "Spain", 460),
        contacts=(Contact("Raúl Ortega", "O&M Manager", roles=("CHAMPION",)),),
        stage=0,
        owner="tomas",
        amount=45_000,
        age_days=22,
        next_step="Reunión el {dmy+8}",
        notes=(
            Note(
                13,
                lines(
                    (
                        "¿Por qué cambiar?",
                        "Los inversores de cinco marcas se consultan en cinco portales distintos.",
                    ),
                    ("¿Por qué ahora?", "por definir"),
                    ("¿Por qué FlowFuse?", "Un solo despliegue para todas las plantas."),
                ),
            ),
            Note(
                6,
                "Update after the call: Why now: the asset owner changes on {date+50} and wants "
                "one report for all plants from then on.",
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Ardent Mining – conveyor belts",
        company=("Ardent Mining", "ardent-mining.example", "Perth", "Australia", 6100),
        contacts=(Contact("Shane Coburn", "Reliability Engineer", roles=("CHAMPION",)),),
        stage=1,
        amount=82_000,
        age_days=58,
        days_in_stage=14,
        next_step="Champion demo on {date+9}",
        notes=(
            Note(
                41,
                whys(
                    "Belt tears cost them two shifts each and the warning flows run on laptops.",
                    "Shutdown window is from {date+28} to {date+35}, installation only then.",
                    "Central roll-out to 60 gateways without sending people underground.",
                ),
            ),
            Note(
                36,
                exits(
                    m1a="Belt tears are the pain, impact work agreed.",
                    m1b="Two shifts per tear and the shutdown window agreed, belts 1-4 in scope.",
                ),
            ),
            Note(10, "Shane: the deadline is gone, the shutdown was cancelled. Why now: open."),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Polder Pumps – service contracts",
        company=("Polder Pumps", "polder-pumps.example", "Almere", "NL", 220),
        contacts=(Contact("Rik van Es", "Service Manager", status="ATTEMPTED_TO_CONTACT"),),
        stage=0,
        amount=12_000,
        age_days=26,
        next_step="Probeer opnieuw op {date+1}",
        notes=(Note(18, "Call notes: https://calls.example/recordings/1182 (whys are in there)"),),
        touches=(Touch(24, "sent"), Touch(17, "sent"), Touch(3, "reply")),
    ),
    Deal(
        name="Elmhurst Steel – rolling mill",
        company=("Elmhurst Steel", "elmhurst-steel.example", "Gary", "United States", 4700),
        contacts=(
            Contact("Howard Mills", "Automation Manager", roles=("CHAMPION",)),
            Contact("Denise Carver", "VP Manufacturing", roles=("DECISION_MAKER",)),
        ),
        stage=2,
        owner="tomas",
        amount=99_000,
        age_days=64,
        days_in_stage=11,
        next_step="Agree on PoC criteria on {date+5}",
        notes=(
            Note(
                50,
                lines(
                    ("Customer said:", "We lost a shift because nobody could roll back."),
                    ("Why change:", "Unversioned flows on the mill stand, one lost shift in July."),
                    ("Why now:", "Denise needs it running before the outage on {date+48}."),
                    ("Why us:", "Rollback, and support in their time zone."),
                ),
            ),
            Note(
                30,
                exits(
                    m1a="Lost shift is the pain and Howard wants the impact worked out.",
                    m1b="Impact agreed at 220k USD per shift, outage date drives it.",
                    m2a="Howard is champion and will present to Denise.",
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Bergmann Optik – Feinmechanik",
        company=("Bergmann Optik", "bergmann-optik.example", "Jena", "Germany", 310),
        contacts=(Contact("Uwe Lorenz", "Werkleiter", status="OPEN"),),
        stage=0,
        owner="leonie",
        amount=17_500,
        age_days=15,
        next_step="Rückruf am {dmy+2}",
        notes=(
            Note(
                9,
                shorthand(
                    "Ausschuss wird von Hand gezählt, Zahlen kommen eine Woche zu spät",
                    "neuer Kunde verlangt ab {dmy+80} tägliche Berichte",
                    "läuft auf eigenen Servern, keine Cloud",
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Fennmoor Chemicals – tank farm",
        company=("Fennmoor Chemicals", "fennmoor.example", "Rotterdam", "NL", 1500),
        contacts=(Contact("Willem Haak", "Site IT", roles=("CHAMPION",)),),
        stage=0,
        amount=43_000,
        age_days=20,
        closes_in_days=320,
        next_step="Discovery workshop {date+6}",
        notes=(
            Note(
                10,
                "<p>Hi Willem,</p><p>before our call could you tell us: why change, why now, and "
                "why FlowFuse?</p><p>Best, Maren</p>",
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Glacier Springs – bottling",
        company=("Glacier Springs", "glacier-springs.example", "Geneva", "Switzerland", 720),
        contacts=(
            Contact("Yves Blanc", "Operations Manager", lifecycle="customer"),
            Contact("Mona Keller", "CFO", roles=("BUDGET_HOLDER",), lifecycle="customer"),
        ),
        stage=WON,
        owner="leonie",
        amount=54_000,
        age_days=130,
        closes_in_days=-6,
        forecast="CLOSED",
        notes=(
            Note(
                110,
                whys(
                    "Cap torque data was lost at each shift change.",
                    "Retailer audit in {month-20}.",
                    "History and roles, hosted by themselves.",
                ),
            ),
            Note(
                8,
                lines(
                    ("Exit signal 6:", "Agreement signed by Mona Keller on {date-7}."),
                    ("Kickoff:", "scheduled for {date+10} with customer success"),
                    ("First value milestone:", "torque history of line 1 live by {date+45}"),
                ),
            ),
        ),
    ),
    Deal(
        name="Sundby Wood – sawmill",
        company=("Sundby Wood", "sundby-wood.example", "Umeå", "Sweden", 390),
        contacts=(Contact("Lars Öberg", "Plant Manager", lifecycle="customer"),),
        stage=WON,
        amount=21_000,
        age_days=90,
        closes_in_days=-2,
        forecast="CLOSED",
        notes=(Note(3, "Verbal yes from Lars, contract follows."),),
    ),
    Deal(
        name="Pinnacle Batteries – formation line",
        pipeline=EDGE,
        company=("Pinnacle Batteries", "pinnacle-batteries.example", "Skellefteå", "Sweden", 880),
        contacts=(Contact("Johan Ek", "Process Owner", status="BAD_TIMING"),),
        stage=LOST,
        owner="idris",
        amount=75_000,
        age_days=100,
        closes_in_days=-15,
        lost_reason="Bad timing: the line was postponed by a year",
        notes=(Note(60, "Project postponed, Johan will call in spring."),),
    ),
    Deal(
        name="Orchard Pet Foods – extruders",
        company=("Orchard Pet Foods", "orchard-pet.example", "Utrecht", "NL", 260),
        contacts=(Contact("Floor Smit", "Engineer", status="OPEN_DEAL"),),
        stage=LOST,
        amount=14_000,
        age_days=85,
        closes_in_days=-30,
        notes=(
            Note(
                70,
                questions(
                    "Yes, at home only.",
                    "unknown",
                    "No.",
                    "n/a",
                ),
                on="contacts",
            ),
        ),
    ),
)

"""NR Scale deals from the solution to the closing. All invented."""

from __future__ import annotations

from .story import Contact, Deal, Note, Touch
from .writing import (
    exits,
    lines,
    listed,
    operations,
    plain_exits,
    questions,
    whys,
)

_TALKING = (Touch(9, "sent"), Touch(7, "reply"), Touch(4, "meeting"), Touch(3, "reply"))

LATE_SCALE_DEALS = (
    Deal(
        name="Corvus Rail – depot telemetry",
        company=("Corvus Rail", "corvus-rail.example", "Antwerp", "Belgium", 7400),
        contacts=(
            Contact("Bram Willems", "Fleet Data Lead", roles=("CHAMPION",)),
            Contact("Saskia Noor", "CISO", roles=("INFLUENCER",)),
            Contact("Dieter Claes", "VP Maintenance", roles=("DECISION_MAKER", "BUDGET_HOLDER")),
        ),
        stage=2,
        owner="idris",
        amount=120_000,
        age_days=75,
        days_in_stage=9,
        next_step="PoC kickoff on {date+7}, Bram brings the success criteria",
        forecast="BEST_CASE",
        notes=(
            Note(
                60,
                whys(
                    "Door faults are found only when a train is back in the depot; five depots "
                    "each built their own flows for it.",
                    "The new maintenance contract with the ministry starts on {date+100} and "
                    "carries penalties per hour of delay.",
                    "One place for all depots, with single sign-on that their CISO accepts.",
                ),
            ),
            Note(
                76,
                questions(
                    "Yes, door and brake telemetry.",
                    "About 85 instances, 9 developers.",
                    "Yes, in daily use in five depots.",
                    "Roll out to the night trains.",
                ),
                on="contacts",
            ),
            Note(
                40,
                exits(
                    m1a="Bram described the late door faults as the pain to solve and agreed to "
                    "quantify them.",
                    m1b="Impact agreed at 1.1 MEUR a year, penalties from {month+100}, depot "
                    "Berchem is the scope.",
                    m2a="Bram is our champion, he presented the demo to his own team.",
                    m2b="Maintenance, security and data team agreed to the PoC on {date-11}.",
                ),
            ),
            Note(
                39,
                lines(
                    ("Cost of doing nothing:", "Penalties of roughly 90 kEUR a month."),
                    ("IT/security:", "Saskia Noor reviewed the architecture, no objections."),
                ),
            ),
            Note(
                62,
                operations(
                    "No approvals; each depot deploys by hand, over SSH.",
                    "Nobody owns them, five teams each have their own dialect.",
                    "The depots share one login; the CISO wants that ended.",
                    "Whoever is on shift tries the last copy that worked.",
                ),
                on="companies",
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Nordlys Seafood – plants 2 and 3",
        company=("Nordlys Seafood", "nordlys-seafood.example", "Tromsø", "Norway", 1100),
        contacts=(
            Contact("Kari Lunde", "Production IT", status="BAD_TIMING", roles=("CHAMPION",)),
        ),
        stage=2,
        amount=41_000,
        age_days=80,
        days_in_stage=31,
        next_step="Wait for news",
        notes=(
            Note(
                64,
                whys(
                    "Temperature logs are rewritten by hand after each crash of the old server.",
                    "Their supermarket audit is on {date+45}.",
                    "Managed updates and a history of every change.",
                ),
            ),
            Note(
                50,
                plain_exits(
                    m1a="pain agreed: temperature logs; impact meeting set",
                    m1b="impact agreed at 300 hours of rework a year, both plants in scope",
                    m2a="Kari will champion it",
                ),
            ),
        ),
        touches=(Touch(33, "sent"), Touch(26, "sent"), Touch(19, "sent")),
    ),
    Deal(
        name="Weirfield Cement – kiln 4",
        company=("Weirfield Cement", "weirfield-cement.example", "Denver", "United States", 2300),
        contacts=(
            Contact("Dana Ortiz", "Controls Manager", roles=("CHAMPION",)),
            Contact("Marcus Bell", "VP Operations", roles=("DECISION_MAKER", "BUDGET_HOLDER")),
            Contact("Jill Pham", "IT Security Lead", roles=("INFLUENCER",)),
        ),
        stage=3,
        owner="tomas",
        amount=95_000,
        age_days=110,
        days_in_stage=8,
        next_step="PoC review with Marcus on {date+10}",
        forecast="BEST_CASE",
        notes=(
            Note(
                95,
                listed(
                    "Fuel mix is tuned from a spreadsheet because the kiln flows cannot be "
                    "trusted after each restart.",
                    "Carbon price steps up on {date+150}; each month later costs them 60k USD.",
                    "Audit trail and staged releases; the other vendor could not run on site.",
                ),
            ),
            Note(
                70,
                exits(
                    m1a="Untrusted kiln flows named as the pain, Dana agreed to measure impact.",
                    m1b="Agreed: 60k USD a month, urgent because of the carbon price, kiln 4 "
                    "first.",
                    m2a="Dana champions, she already briefed Marcus.",
                    m2b="Operations and IT security aligned on {date-60}, PoC agreed.",
                ),
            ),
            Note(
                45,
                exits(
                    m3="PoC plan signed off: four weeks, success = restart in under 5 minutes and "
                    "no manual fuel entries; Dana owns it, decision meeting {date+10}.",
                ),
            ),
            Note(
                112,
                questions(
                    "Yes, kiln and mill monitoring.",
                    "16 instances, 3 developers.",
                    "Yes, on kilns 1 to 4.",
                    "Cover the second plant in Pueblo.",
                ),
                on="contacts",
            ),
            Note(
                96,
                operations(
                    "Changes go through a change board and a test environment first.",
                    "The central controls team owns the templates.",
                    "IT security owns access, there is a patch window each month.",
                    "On-call team with a runbook, restored within the hour.",
                ),
            ),
            Note(44, lines(("Cost of doing nothing:", "60k USD a month from the carbon price."))),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Aurelia Pharma – batch records",
        company=("Aurelia Pharma", "aurelia-pharma.example", "Basel", "Switzerland", 8800),
        contacts=(
            Contact("Nina Zbinden", "MES Architect", roles=("CHAMPION",)),
            Contact("Luc Favre", "Head of Quality", roles=("DECISION_MAKER",)),
            Contact("Tobias Graf", "Procurement", roles=("BUDGET_HOLDER",)),
            Contact("Carla Meier", "Legal Counsel", roles=("LEGAL_AND_COMPLIANCE",)),
        ),
        stage=4,
        owner="leonie",
        amount=210_000,
        age_days=150,
        days_in_stage=7,
        closes_in_days=40,
        next_step="Proposal review with procurement on {date+9}",
        forecast="COMMIT",
        notes=(
            Note(
                130,
                whys(
                    "Batch records are checked by hand because three sites use different flows.",
                    "The next inspection is announced for {date+90}.",
                    "Validated deployment pipeline and signed snapshots, which QA requires.",
                ),
            ),
            Note(
                100,
                exits(
                    m1a="Manual batch review is the pain; Nina and Luc want the impact worked out.",
                    m1b="14 days of release time per batch, inspection date, three sites in scope: "
                    "agreed with Luc.",
                    m2a="Nina is champion and has presented internally twice.",
                    m2b="QA, IT security and production agreed to the PoC.",
                    m3="PoC plan with success criteria agreed: one product, two sites, six weeks.",
                    m4="PoC met all criteria; Luc decided to go for a proposal on {date-12}.",
                ),
            ),
            Note(
                20,
                lines(
                    ("Mutual action plan:", "Shared on {date-20}, owners named on both sides."),
                    ("Decision date:", "{date+30}, steering committee."),
                    ("Procurement:", "Tobias Graf, vendor form sent, security review passed."),
                    ("IT/security:", "Penetration test report accepted."),
                    ("Cost of doing nothing:", "Release time stays at 14 days, 2 MCHF of stock."),
                ),
            ),
            Note(
                155,
                questions(
                    "Yes, data collection from filling lines.",
                    "52 instances, 8 developers.",
                    "Yes, at three sites.",
                    "Two more sites and electronic batch records.",
                ),
                on="contacts",
            ),
            Note(
                140,
                operations(
                    "Approval process with a second pair of eyes, everything is validated.",
                    "A central platform team.",
                    "The security team; single sign-on and yearly penetration tests.",
                    "Incident process with QA, then a documented rollback.",
                ),
            ),
        ),
        touches=_TALKING,
    ),
    Deal(
        name="Tidewater Terminals – crane data",
        company=("Tidewater Terminals", "tidewater-terminals.example", "Norfolk", "US", 1700),
        contacts=(
            Contact("Keith Roland", "Director of Engineering", status=None),
            Contact("Amy Sutter", "Crane Systems", status="OPEN_DEAL", roles=("CHAMPION",)),
        ),
        stage=5,
        owner="tomas",
        amount=140_000,
        age_days=170,
        days_in_stage=12,
        closes_in_days=15,
        next_step="Signature expected, legal returns the contract on {date+4}",
        forecast="COMMIT",
        notes=(
            Note(
                150,
                whys(
                    "Crane faults are diagnosed by phone because data stays on the crane.",
                    "Peak season starts on {date+35}.",
                    "Remote access to each crane's flow through one login.",
                ),
            ),
            Note(
                60,
                exits(
                    m1a="Phone diagnosis is the pain, agreed to look into the impact.",
                    m1b="Impact of 6 hours per fault agreed, peak season is the trigger.",
                    m2a="Amy is champion.",
                    m2b="Engineering and IT agreed on the PoC.",
                    m3="PoC plan agreed with three success criteria.",
                    m4="They said they will think about it after the PoC.",
                ),
            ),
        ),
        touches=_TALKING,
    ),
)

"""A deviation from end to end: the command, the portal over a real socket, its end by itself."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from ruamel.yaml import YAML
from typer.testing import CliRunner

from app.cli import app
from app.controller.backoff import Backoff
from app.controller.granting import Granting
from app.controller.reconcile import Reconciler
from app.demo.portal import AePortal
from app.domain.deal import DealId, Owner, OwnerId, deal_key
from app.domain.own_note import is_own
from app.domain.verdict import State, WaiverEnd
from app.hubspot.owned import definitions
from app.hubspot.properties import plan
from app.hubspot.steps import provision
from app.ports import MAIN_CHANNEL, Priority, Refused
from app.sandbox.options import Options
from app.sandbox.seeds.people import AE_EMAIL
from app.sandbox.start import Sandbox
from app.wiring import build
from config.settings import DEFAULT_POLICY, Settings

KEPT = ("why_change", "why_now", "why_flowfuse", "stage_known")
TWO_WHYS = """\
Why change? An update stopped line 2 for six hours and nobody could roll it back.
Why FlowFuse? Snapshots with rollback and role-based access."""
OTHER_EMAIL = "idris.okafor@flowfuse.example"


@pytest.fixture(scope="module")
def sandbox():
    """A portal without deals of its own."""
    with Sandbox(Options(scenario="story", deals=0, seed=5)) as running:
        yield running


@pytest.fixture(scope="module")
def policy_file(tmp_path_factory):
    """The shipped policy with no criteria but the whys, so that a deal can be clear."""
    document = YAML(typ="safe").load(DEFAULT_POLICY.read_text(encoding="utf-8"))
    document["criteria"] = [c for c in document["criteria"] if c["id"] in KEPT]
    why_change = next(c for c in document["criteria"] if c["id"] == "why_change")
    why_change["may_waive"] = ["owner"]
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    with path.open("w", encoding="utf-8") as stream:
        YAML().dump(document, stream)
    return path


@pytest.fixture(scope="module")
def environment(tmp_path_factory, sandbox, policy_file):
    """What the verbs need to find the portal, a database of their own and the policy."""
    return {
        **sandbox.info["env"],
        "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.sqlite3'}",
        "POLICY_FILE": str(policy_file),
        "HUBSPOT_BURST_PER_10_SECONDS": "190",
    }


@pytest.fixture(scope="module")
def service(environment):
    """The composed service, its properties set up in the portal."""
    with composed(environment) as built:
        codes = [(str(code), title) for code, title in built.policy.codes.items()]
        wanted = definitions(built.names, codes)
        list(provision(built.client, plan(built.client, built.names, wanted).steps))
        yield built


@contextmanager
def composed(environment):
    """A runtime from an environment."""
    settings = Settings(
        _env_file=None, **{name.lower(): value for name, value in environment.items()}
    )
    built = build(settings)
    try:
        yield built
    finally:
        built.close()


@pytest.fixture
def portal(sandbox):
    """HubSpot as the AE uses it."""
    opened = AePortal(sandbox.base_url, sandbox.info["ae_token"])
    yield opened
    opened.close()


@pytest.fixture
def deal(portal, service):
    """A deal in the first stage that lacks one why; it belongs to the AE."""
    assert service
    pipeline, stages = portal.stages("NR Scale")
    owner = portal.owner(AE_EMAIL)
    values = {"dealname": "Brennhof", "pipeline": pipeline, "hubspot_owner_id": owner}
    deal_id = DealId(portal.create("deals", {**values, "dealstage": stages["1-Discovery"]}))
    write(portal, deal_id, TWO_WHYS)
    return deal_id


def write(portal, deal_id: str, body: str, *, email: str | None = AE_EMAIL) -> str:
    """A note of an owner on the deal, a moment ago."""
    values = {
        "hs_note_body": body,
        "hs_timestamp": (real_now() - timedelta(seconds=2)).isoformat().replace("+00:00", "Z"),
    }
    if email is not None:
        values["hubspot_owner_id"] = portal.owner(email)
    return portal.create("notes", values, on=[("deals", deal_id)])


def real_now() -> datetime:
    """The sandbox's time."""
    return datetime.now(UTC)  # noqa: TID251 - the sandbox lives in real time


class ShiftedClock:
    """Real time with an offset."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return real_now() + self.ahead


@pytest.fixture
def clock():
    """The reconciler's clock."""
    return ShiftedClock()


@pytest.fixture
def look(service, clock, portal, deal):
    """Reconciles the deal as a worker does and gives what the portal then shows."""
    reconciler = Reconciler(
        crm=service.crm,
        ledger=service.ledger,
        judge=service.judge,
        clock=clock,
        backoff=Backoff(base_seconds=1, cap_seconds=60, chance=lambda: 1.0),
        recipient_of=lambda *_: MAIN_CHANNEL,
        settle_seconds=15,
        max_attempts=3,
        patience_seconds=0,
    )

    def run() -> dict[str, str | None]:
        clock.ahead += timedelta(seconds=60)
        service.ledger.mark([deal_key(deal)], Priority.LIVE, clock.now())
        clock.ahead += timedelta(seconds=60)
        claims = service.ledger.claim("w", clock.now(), 100)
        assert [each.error for each in reconciler.reconcile("w", claims)] == [None] * len(claims)
        names = ["ff_standing", "ff_stage_blockers", "ff_blocker_summary"]
        return portal.read("deals", deal, names)

    return run


@pytest.fixture
def dealgate(environment):
    """Runs a verb."""

    def run(*verb: str):
        try:
            return CliRunner().invoke(app, verb, env=environment)
        finally:
            structlog.reset_defaults()  # it would go on writing to the runner's closed stream

    return run


def granting(service) -> Granting:
    """What the command calls."""
    return Granting(
        policy=service.policy,
        judge=service.judge,
        ledger=service.ledger,
        notes=service.crm,
        clock=service.clock,
    )


def notes_of(service, deal) -> list:
    """All notes that the deal's snapshot holds."""
    return list(service.crm.observe([deal]).snapshots[deal].notes)


def in_days(days: int) -> str:
    """A day ahead, or behind."""
    return (real_now() + timedelta(days=days)).date().isoformat()


def ends(service, deal) -> list[WaiverEnd | None]:
    """How the deal's waivers ended; None for one in force."""
    return [waiver.ended for waiver in service.ledger.waivers_of([deal]).get(deal, ())]


def test_waive_list_and_revoke(dealgate, service, deal, look):
    """The command documents it in HubSpot, the portal shows it, and revoking takes it back."""
    assert look()["ff_stage_blockers"] == "why_now"
    order = ("waive", deal, "why_now", "--reason", "Board <decides> in March", "--by", AE_EMAIL)
    done = dealgate(*order, "--until", in_days(30))
    assert done.exit_code == 0, done.stderr
    assert "now waived" in done.stdout
    assert service.ledger.backlog().marks
    (note,) = [each for each in notes_of(service, deal) if is_own(each.body)]
    assert "Board &lt;decides&gt; in March" in note.body
    assert note.author == service.crm.portal.owner_at(AE_EMAIL).id
    shown = look()
    assert shown["ff_standing"] == "waived"
    assert not shown["ff_stage_blockers"]
    assert "Waived by Maren Dekker" in shown["ff_blocker_summary"]

    listed = json.loads(dealgate("waivers", "--deal", deal, "--json").stdout)
    assert [(row["criterion"], row["until"], row["name"]) for row in listed] == [
        ("why_now", in_days(30), "Brennhof")
    ]
    assert dealgate("waivers", "--deal", deal, "--lapsing", "7").stdout == "No waivers.\n"

    done = dealgate("waive", deal, "why_now", "--revoke")
    assert done.exit_code == 0, done.stderr
    assert "now blocked" in done.stdout
    assert look()["ff_standing"] == "blocked"
    assert "[revoked on" in dealgate("waivers", "--deal", deal, "--ended").stdout


@pytest.mark.parametrize(
    ("criterion", "days", "said"),
    [
        ("why_nw", 9, "unknown criterion 'why_nw'; allowed: why_change,"),
        ("why_now", -1, "is over"),
        ("why_now", 400, "more than 180 days ahead"),
        ("why_flowfuse", 9, "is met"),
    ],
)
def test_what_the_policy_does_not_allow(service, deal, criterion, days, said):
    """It is refused with the allowed words, and nothing is written anywhere."""
    person = service.crm.portal.owner_at(AE_EMAIL)
    day = (real_now() + timedelta(days=days)).date()
    with pytest.raises(Refused, match=said):
        granting(service).grant(deal, criterion, reason="Agreed", until=day, person=person)
    assert ends(service, deal) == []
    assert len(notes_of(service, deal)) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x", "why_now", "--reason", "Agreed", "--until", "2027-01-01"], "not a deal id"),
        (["1", "why_now", "--reason", "Agreed", "--until", "soon"], "--until 'soon' is not a day"),
        (["1", "why_now", "--until", "2027-01-01"], "--reason is missing"),
    ],
)
def test_a_wrong_command_is_refused(dealgate, words, said):
    """With one line and code 2, before anything is asked of the portal."""
    done = dealgate("waive", *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_only_those_whom_the_policy_names_may_grant(service, portal, look, deal):
    """`why_change` is for the deal's owner alone, by command as by note."""
    for note in notes_of(service, deal):
        portal.update("notes", note.id, {"hs_note_body": "Met them at the fair."})
    stranger = Owner(OwnerId(""), "ops (by command)", None, active=True)
    day = (real_now() + timedelta(days=9)).date()
    wanted = {"reason": "Group IT says so", "until": day, "person": stranger}
    with pytest.raises(Refused, match="allowed: the deal's owner"):
        granting(service).grant(deal, "why_change", **wanted)
    line = f"Deviation: why_change – group IT says so – until {in_days(9)}"
    write(portal, deal, line, email=OTHER_EMAIL)
    shown = look()
    assert "Idris Okafor may not grant it" in shown["ff_blocker_summary"]
    assert "why_change" in shown["ff_stage_blockers"].split(";")
    write(portal, deal, line)
    assert "why_change" not in look()["ff_stage_blockers"].split(";")


def test_asking_again_doubles_nothing(service, deal):
    """The same request leaves one note and one waiver, also when the first answer was lost."""
    person = service.crm.portal.owner_at(AE_EMAIL)
    day = (real_now() + timedelta(days=9)).date()
    wanted = {"reason": "Board decides", "until": day, "person": person}
    first = granting(service).grant(deal, "Why now?", **wanted)
    again = granting(service).grant(deal, "why_now", **wanted)
    assert first.note_id == again.note_id
    assert len(notes_of(service, deal)) == 2
    assert ends(service, deal) == [None]


def test_a_lost_answer_is_looked_for_before_writing_again(service, sandbox, deal):
    """HubSpot wrote the note and its answer was dropped: there is still one note."""
    rule = {
        "kind": "drop",
        "match": {"path": "objects/[^/]*/?notes$", "method": "POST"},
        "count": 1,
        "params": {"applied": True},
    }
    fired = sandbox.site.faults.add(rule)
    person = service.crm.portal.owner_at(AE_EMAIL)
    day = (real_now() + timedelta(days=9)).date()
    granting(service).grant(deal, "why_now", reason="Board decides", until=day, person=person)
    assert fired.fired == 1
    assert len([note for note in notes_of(service, deal) if is_own(note.body)]) == 1


def test_a_renewal_is_documented_anew(service, deal):
    """Granted, revoked and granted again: HubSpot's record tells all three."""
    person = service.crm.portal.owner_at(AE_EMAIL)
    day = (real_now() + timedelta(days=9)).date()
    wanted = {"reason": "Board decides", "until": day, "person": person}
    granting(service).grant(deal, "why_now", **wanted)
    granting(service).revoke(deal, "why_now", reason="Too early", person=person)
    assert ends(service, deal) == [WaiverEnd.REVOKED]
    granting(service).grant(deal, "why_now", **wanted)
    assert ends(service, deal) == [None]
    assert len([note for note in notes_of(service, deal) if is_own(note.body)]) == 3


def test_a_note_grants_and_the_answering_note_ends_it(service, portal, look, deal):
    """The AE writes a deviation, later the answer: waived, recorded, clear, and over."""
    note = write(
        portal,
        deal,
        f"<p><b>Deviation:</b> Why now? – no date yet, the board decides – until {in_days(60)}</p>",
    )
    assert look()["ff_standing"] == "waived"
    (waiver,) = service.ledger.waivers_of([deal])[deal]
    assert (waiver.note_id, waiver.granted_by, waiver.ended) == (note, "Maren Dekker", None)
    assert look()["ff_standing"] == "waived"
    assert ends(service, deal) == [None]
    write(portal, deal, "Why now? The IFS audit is on 14 April 2031.")
    assert look()["ff_standing"] == "clear"
    assert ends(service, deal) == [WaiverEnd.MET]


def test_a_waiver_lapses_when_the_clock_passes(service, portal, look, clock, deal):
    """At its last moment it holds, a moment later the deal is blocked, without any event."""
    write(portal, deal, f"Deviation: why_now – the board decides – until {in_days(20)}")
    assert look()["ff_standing"] == "waived"
    (waiver,) = service.ledger.waivers_of([deal])[deal]
    clock.ahead = waiver.until - real_now() - timedelta(minutes=5)
    assert look()["ff_standing"] == "waived"
    assert service.ledger.mark_due_rechecks(waiver.until) >= 1
    clock.ahead = waiver.until - real_now() + timedelta(seconds=1)
    assert look()["ff_standing"] == "blocked"
    assert ends(service, deal) == [WaiverEnd.LAPSED]


def test_a_note_taken_off_takes_the_deviation_along(service, portal, look, deal):
    """Of a note's waiver the note is the record."""
    note = write(portal, deal, f"Deviation: why_now – the board decides – until {in_days(20)}")
    assert look()["ff_standing"] == "waived"
    portal.update("notes", note, {"hs_note_body": "<p>Never mind.</p>"})
    assert look()["ff_standing"] == "blocked"
    assert ends(service, deal) == [WaiverEnd.WITHDRAWN]


def test_a_revoked_note_stays_revoked(service, portal, look, deal):
    """Whoever revokes by command need not edit somebody else's note."""
    write(portal, deal, f"Deviation: why_now – the board decides – until {in_days(20)}")
    look()
    person = service.crm.portal.owner_at(OTHER_EMAIL)
    granting(service).revoke(deal, "why_now", reason="", person=person)
    assert look()["ff_standing"] == "blocked"
    assert ends(service, deal) == [WaiverEnd.REVOKED]


def test_our_own_note_is_no_answer_and_no_deviation(service, look, deal):
    """A reason may quote an answer and a whole deviation: the note is read for neither."""
    person = service.crm.portal.owner_at(AE_EMAIL)
    day = (real_now() + timedelta(days=9)).date()
    reason = (
        "Why now? The IFS audit is on 14 April 2031. "
        f"Deviation: why_flowfuse – the board decides – until {in_days(9)}"
    )
    done = granting(service).grant(deal, "why_now", reason=reason, until=day, person=person)
    states = {finding.criterion: finding for finding in done.verdict.findings}
    assert states["why_now"].state is State.UNMET
    assert states["why_now"].waiver is not None
    assert [waiver.criterion for waiver in done.verdict.waivers] == ["why_now"]
    assert look()["ff_standing"] == "waived"
    before = len(notes_of(service, deal))
    shown = [look(), look()]
    assert shown[0] == shown[1]
    assert len(notes_of(service, deal)) == before

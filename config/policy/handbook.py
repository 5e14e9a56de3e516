"""The page that a salesperson reads: what the policy asks for, at which stage, and why.

Markdown, made of the policy alone, so that the page and the judgement cannot drift apart. It says
nothing that the policy does not say and addresses people, never the file's keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.domain.alert_sentences import alert_sentences
from app.domain.criterion import Criterion, When
from app.domain.lead_status import LeadStatusRules
from app.domain.policy import Policy
from app.domain.process import Meeting, Process, Stage
from app.domain.sentence import deviating, sentence
from app.domain.verdict import Severity
from app.domain.waiving import WaivingRules, named
from app.domain.wording import in_words
from app.domain.zone import AxisRules, Comparison, Decision, Signal, ZoneRules

MARKS = {Severity.BLOCKER: "blocks", Severity.WARNING: "warns", Severity.HINT: "hints"}
DECISIONS = {
    Decision.FIRST: "The first of these that a note speaks of decides",
    Decision.MAJORITY: "Most of what notes say decides, and as much of both leaves it open",
}
COMPARISONS = {
    Comparison.AT_LEAST: "or more",
    Comparison.AT_MOST: "or fewer",
}


def handbook(policy: Policy) -> str:
    """The whole page, with a newline at its end."""
    return "\n".join(_lines(policy)) + "\n"


def _lines(policy: Policy) -> Iterator[str]:
    yield f"# {policy.title}"
    yield ""
    yield (
        f"Version {policy.version}, in force from {policy.effective}. This page is made from the "
        "policy by `dealgate policy docs`; change the policy, not the page."
    )
    yield ""
    yield (
        "A rule that **blocks** stands on the deal until it is met or waived, one that **warns** "
        "or **hints** is only said. What cannot be told from HubSpot never blocks: it asks one "
        "question instead."
    )
    yield from _section("Every open deal", policy, _everywhere(policy))
    for process in policy.processes:
        yield from _process(policy, process)
    yield from _section("Won deals", policy, _closed(policy, When.CLOSED_WON))
    yield from _section("Lost deals", policy, _closed(policy, When.CLOSED_LOST))
    yield from _lead_status(policy.lead_status)
    yield from _zones(policy.zones)
    yield from _deviations(policy.waiving)
    yield from ("", "## Alerts", "")
    yield from (f"- {said}" for said in alert_sentences(policy.alerts))


# ------------------------------------------------------------------ rules


def _everywhere(policy: Policy) -> tuple[Criterion, ...]:
    return tuple(
        c
        for c in policy.criteria
        if c.when is When.OPEN and c.from_stage is None and not c.processes
    )


def _closed(policy: Policy, when: When) -> tuple[Criterion, ...]:
    return tuple(c for c in policy.criteria if c.when is when and not c.processes)


def _section(title: str, policy: Policy, criteria: Iterable[Criterion]) -> Iterator[str]:
    rules = list(criteria)
    if rules:
        yield from ("", f"## {title}")
        yield from _rules(policy, rules)


def _rules(policy: Policy, criteria: Iterable[Criterion]) -> Iterator[str]:
    yield ""
    for criterion in criteria:
        said = sentence(criterion, policy)
        yield f"- **{criterion.title}** ({MARKS[criterion.severity]}, `{criterion.id}`): {said}"
        yield f"  - To pass: {criterion.fix}"
        yield f"  - Source: *{criterion.source}*"


# ------------------------------------------------------------------ processes


def _process(policy: Policy, process: Process) -> Iterator[str]:
    yield from ("", f"## {process.label}", "")
    pipelines = _quoted(process.pipelines)
    narrowed = process.only_if
    only = f", where {narrowed.name} is {in_words(narrowed.values, 'or')}" if narrowed else ""
    ends = f"“{process.won_stage}” or “{process.lost_stage}”"
    yield f"Runs in the pipeline {pipelines}{only}. It ends in {ends}. *{process.source}*"
    for index, stage in enumerate(process.stages):
        yield from _stage(policy, process, stage, index)
    after = [c for c in policy.step_to(process, len(process.stages)) if c.processes]
    won = [c for c in after if c.when is When.CLOSED_WON]
    if won:
        yield from ("", f"### {process.label}: {process.won_stage}")
        yield from _rules(policy, won)


def _stage(policy: Policy, process: Process, stage: Stage, index: int) -> Iterator[str]:
    yield from ("", f"### {process.label}: {stage.label}")
    common = {criterion.id for criterion in _everywhere(policy)}
    exits = {m.exit.id for s in process.stages for m in s.meetings}
    asked = [c for c in policy.step_to(process, index) if c.id not in common and c.id not in exits]
    if asked:
        yield from ("", "New from this stage on:")
        yield from _rules(policy, asked)
    for meeting in stage.meetings:
        yield from _meeting(policy, meeting)


def _meeting(policy: Policy, meeting: Meeting) -> Iterator[str]:
    code, mark = meeting.exit.id, MARKS[meeting.exit.severity]
    yield from ("", f"#### Meeting {meeting.id}: {meeting.name}", "")
    yield from (f"Goal: {meeting.goal}", "", "What to find out:", "")
    yield from (f"- {point}" for point in meeting.focus)
    yield ""
    lapse = deviating(meeting.exit, policy)
    yield f"Exit signal ({mark} every later stage, `{code}`, {lapse}): **{meeting.signal}**."
    yield from ("", f"- To pass: {meeting.exit.fix}", f"- Source: *{meeting.source}*")


# ------------------------------------------------------------------ contacts and customers


def _lead_status(rules: LeadStatusRules) -> Iterator[str]:
    yield from ("", "## Lead status of contacts", "", f"*{rules.source}*", "")
    yield from ("| status | when it is right |", "|---|---|")
    yield from (f"| {status.label} | {_cell(status.when)} |" for status in rules.statuses)
    yield ""
    opened = rules.label(rules.open_deal)
    by_label = (
        f"carries the label {_quoted(rules.leading_labels)} on the deal (the first of these counts)"
    )
    yield f"The contact who leads a deal {by_label}, else the one that is “{opened}”."


def _zones(rules: ZoneRules) -> Iterator[str]:
    yield from ("", "## Zones of customers", "", f"*{rules.source}*", "")
    yield "A zone selects the right engagement and never blocks a deal."
    yield ""
    yield "| zone | Node-RED adoption | operations | motion | process |"
    yield "|---|---|---|---|---|"
    for row in rules.rows:
        yield (
            f"| {row.zone} {_cell(row.name)} | {row.adoption} | {row.operations} "
            f"| {_cell(row.motion)} | {row.process or '–'} |"
        )
    yield from _axis("Node-RED adoption", rules.adoption)
    yield from _axis("Operations", rules.operations)


def _axis(title: str, rules: AxisRules) -> Iterator[str]:
    yield from ("", f"### {title}", "", f"{DECISIONS[rules.decide]}:", "")
    yield from (f"- {_signal(signal)}: {signal.level}" for signal in rules.signals)
    yield from ("", f"While it is unknown, ask: {rules.ask}")


def _signal(signal: Signal) -> str:
    if signal.comparison is Comparison.IS:
        return signal.says
    what = signal.fact.value.removeprefix("node_red_")
    return f"{signal.says} ({signal.threshold} {COMPARISONS[signal.comparison]} {what})"


def _deviations(rules: WaivingRules) -> Iterator[str]:
    yield from ("", "## Deviations", "", f"*{rules.source}*", "")
    labels, ends = rules.labels, rules.withdrawal_labels
    yield (
        f"A deviation is granted by a note on the deal: “{labels[0]} <criterion> – <reason> – "
        f"until <date>”, for at most {rules.max_days} days. Unless a rule says otherwise, "
        f"{named(rules.may_waive)} may grant one. It marks what it is for and hides nothing."
    )
    yield ""
    if rules.managers:
        yield f"- Managers are {named(rules.managers)}."
    yield f"- The line of the note begins with {_quoted(labels)}."
    yield f"- It is taken back with {_quoted(ends)}."


def _quoted(texts: Iterable[str]) -> str:
    return in_words((f"“{text}”" for text in texts), "or")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")

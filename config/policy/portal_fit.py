"""Does the portal have what the policy names? Asked at start-up and by the doctor.

A mismatch is no error of the file: it makes those deals' stages unknown, and a person should hear
of it in words, with the portal's own labels beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.domain.deal import StagePosition
from app.domain.labels import folded
from app.domain.policy import Policy
from app.domain.process import Process


def check_against_portal(policy: Policy, positions: Iterable[StagePosition]) -> list[str]:
    """What the policy names that the portal does not have, a sentence each; empty when it fits.

    `positions` are all stages of all deal pipelines. Two pipelines with the same label are
    named too, since a label alone does not tell them apart.
    """
    stages: dict[str, list[str]] = {}
    ids: dict[str, set[str]] = {}
    for position in positions:
        stages.setdefault(position.pipeline_label, []).append(position.stage_label)
        ids.setdefault(position.pipeline_label, set()).add(position.pipeline_id)
    by_fold = {folded(label): label for label in stages}
    problems = [
        f"The portal has {len(same)} pipelines labelled {label!r}; the policy cannot tell them "
        f"apart. Rename one in HubSpot."
        for label, same in ids.items()
        if len(same) > 1
    ]
    for process in policy.processes:
        found = [by_fold[name] for name in map(folded, process.pipelines) if name in by_fold]
        if not found:
            wanted = " or ".join(map(repr, process.pipelines))
            known = ", ".join(map(repr, stages)) or "none"
            problems.append(
                f"The policy's process {process.label} runs in the pipeline {wanted}, which is "
                f"not in the portal; it has {known}."
            )
        for label in found:
            problems += _missing_stages(process, label, stages[label])
    return problems


def _missing_stages(process: Process, pipeline: str, labels: Sequence[str]) -> Iterator[str]:
    there = set(map(folded, labels))
    for stage in process.stages:
        if there.isdisjoint(map(folded, (stage.label, *stage.also_called))):
            known = ", ".join(map(repr, labels))
            yield (
                f"The policy's stage {stage.label!r} (process {process.label}) is not in the "
                f"portal's pipeline {pipeline!r}, which has {known}."
            )

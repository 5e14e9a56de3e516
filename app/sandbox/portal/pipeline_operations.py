"""Operations on pipelines and their stages.

Stages are returned in display order and their metadata as text, as HubSpot does. A pipeline or
stage that deals stand in is not deleted when the caller asks for that check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import refusals
from .door import Call, Operation, Reply
from .fields import text
from .pipeline_shapes import (
    WantedStage,
    label_of,
    metadata_of,
    order_of,
    stage_of,
    stages_of,
    written,
    written_entry,
    written_stage,
)
from .pipelines import MAX_STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .pipelines import Pipeline, Pipelines, Stage

ROOTS = (
    "/crm/v3/pipelines/{object_type}",
    "/crm/pipelines/{version:version}/{object_type}",
)
ONE, STAGES, ONE_STAGE = (
    "/{pipeline_id}",
    "/{pipeline_id}/stages",
    "/{pipeline_id}/stages/{stage_id}",
)
CHECKS = ("validateReferencesBeforeDelete", "validateDealStageUsagesBeforeDelete")


def _paths(rest: str) -> tuple[str, ...]:
    return tuple(f"{root}{rest}" for root in ROOTS)


def _reads(call: Call) -> list[list[str]]:
    kind = call.kind()
    return [[kind.read_scope], [f"crm.schemas.{kind.plural}.read"], ["crm.objects.owners.read"]]


def _writes(call: Call) -> list[list[str]]:
    return [[f"crm.schemas.{call.kind().plural}.write"]]


def _pipelines(call: Call) -> Pipelines:
    return call.portal.pipelines


def _pipeline(call: Call) -> Pipeline:
    pipeline = _pipelines(call).get(call.kind().plural, call.path["pipeline_id"])
    if pipeline is None:
        raise refusals.absent(call.path["pipeline_id"], "Pipeline")
    return pipeline


def _stage(call: Call) -> Stage:
    stage = _pipeline(call).stage(call.path["stage_id"])
    if stage is None:
        raise refusals.absent(call.path["stage_id"], "Stage")
    return stage


def _list(call: Call) -> Reply:
    listed = _pipelines(call).listing(call.kind().plural)
    return Reply(200, {"results": [written(pipeline) for pipeline in listed]})


def _get(call: Call) -> Reply:
    return Reply(200, written(_pipeline(call)))


def _create(call: Call) -> Reply:
    body, plural = call.mapping(), call.kind().plural
    label, stages, order = label_of(body), stages_of(body), order_of(body)
    if any(label == one.label for one in _pipelines(call).listing(plural)):
        refusals.reject(f"A pipeline with the label '{label}' already exists.")
    _refuse_taken(call, stages)
    pipeline_id = text(body, "pipelineId") or None
    if pipeline_id and _pipelines(call).get(plural, pipeline_id):
        refusals.reject(f"A pipeline with the id '{pipeline_id}' already exists.")
    pipeline = _pipelines(call).add(plural, label, [], pipeline_id=pipeline_id, display_order=order)
    for stage in stages:
        _add_stage(call, pipeline, stage)
    _audit(call, pipeline, pipeline.id, "CREATE")
    return Reply(201, written(pipeline))


def _update(call: Call) -> Reply:
    pipeline, body = _pipeline(call), call.mapping()
    label = text(body, "label", pipeline.label)
    _pipelines(call).update(pipeline, label=label, display_order=order_of(body))
    _audit(call, pipeline, pipeline.id, "UPDATE")
    return Reply(200, written(pipeline))


def _replace(call: Call) -> Reply:
    """Another label, order and set of stages; stages that are not named are deleted."""
    pipeline, body, plural = _pipeline(call), call.mapping(), call.kind().plural
    label, stages, order = label_of(body), stages_of(body), order_of(body)
    kept = {stage.id for stage in stages} & {stage.id for stage in pipeline.stages}
    gone = [stage.id for stage in pipeline.stages if stage.id not in kept]
    _refuse_taken(call, [stage for stage in stages if stage.id not in kept])
    _refuse_used(call, gone)
    _pipelines(call).update(pipeline, label=label, display_order=order)
    for stage_id in gone:
        _pipelines(call).remove_stage(plural, pipeline, stage_id)
    for stage in stages:
        if stage.id in kept:
            _change_stage(call, pipeline, stage)
        else:
            _add_stage(call, pipeline, stage)
    _audit(call, pipeline, pipeline.id, "UPDATE")
    return Reply(200, written(pipeline))


def _delete(call: Call) -> Reply:
    pipeline = _pipeline(call)
    _refuse_used(call, [stage.id for stage in pipeline.stages])
    _pipelines(call).remove(call.kind().plural, pipeline)
    return Reply(204)


def _list_stages(call: Call) -> Reply:
    return Reply(200, {"results": [written_stage(stage) for stage in _pipeline(call).stages]})


def _get_stage(call: Call) -> Reply:
    return Reply(200, written_stage(_stage(call)))


def _create_stage(call: Call) -> Reply:
    pipeline, wanted = _pipeline(call), stage_of(call.mapping())
    _refuse_taken(call, [wanted])
    if len(pipeline.stages) >= MAX_STAGES:
        refusals.reject(f"A pipeline has at most {MAX_STAGES} stages")
    stage = _add_stage(call, pipeline, wanted)
    _audit(call, pipeline, stage.id, "CREATE")
    return Reply(201, written_stage(stage))


def _update_stage(call: Call) -> Reply:
    pipeline, stage, body = _pipeline(call), _stage(call), call.mapping()
    changed = _pipelines(call).update_stage(
        call.kind().plural,
        pipeline,
        stage.id,
        label=text(body, "label", stage.label),
        display_order=order_of(body),
        metadata=metadata_of(body) if body.get("metadata") else None,
    )
    _audit(call, pipeline, stage.id, "UPDATE")
    return Reply(200, written_stage(changed))


def _delete_stage(call: Call) -> Reply:
    pipeline, stage = _pipeline(call), _stage(call)
    _refuse_used(call, [stage.id])
    _pipelines(call).remove_stage(call.kind().plural, pipeline, stage.id)
    _audit(call, pipeline, stage.id, "DELETE")
    return Reply(204)


def _audit_of_pipeline(call: Call) -> Reply:
    return _trail(call, _pipeline(call), None)


def _audit_of_stage(call: Call) -> Reply:
    return _trail(call, _pipeline(call), _stage(call).id)


def _trail(call: Call, pipeline: Pipeline, identifier: str | None) -> Reply:
    entries = [
        written_entry(entry, call.portal.portal_id)
        for entry in reversed(pipeline.audit)
        if identifier is None or entry.identifier == identifier
    ]
    return Reply(200, {"results": entries})


def _refuse_used(call: Call, stage_ids: list[str]) -> None:
    """A caller may ask that nothing be deleted that deals still stand in."""
    if call.kind().plural != "deals" or not any(call.flag(name) for name in CHECKS):
        return
    used = call.portal.store.table("deals").by_value["dealstage"].ids(stage_ids)
    if used:
        refusals.reject(
            f"Stages {', '.join(stage_ids)} are used by {len(used)} deals",
            context={"stageIds": stage_ids},
        )


def _audit(call: Call, pipeline: Pipeline, identifier: str, action: str) -> None:
    user_id = call.token.actor.user_id
    _pipelines(call).note(pipeline, identifier, action, user_id, call.body or {})


def _refuse_taken(call: Call, stages: Iterable[WantedStage]) -> None:
    """No two stages of the portal have the same id."""
    plural = call.kind().plural
    for stage in stages:
        if stage.id is not None and _pipelines(call).stage(plural, stage.id) is not None:
            refusals.reject(f"Stage id {stage.id} is already in use")


def _add_stage(call: Call, pipeline: Pipeline, wanted: WantedStage) -> Stage:
    return _pipelines(call).add_stage(
        call.kind().plural,
        pipeline,
        wanted.label,
        wanted.metadata,
        stage_id=wanted.id,
        display_order=wanted.display_order,
    )


def _change_stage(call: Call, pipeline: Pipeline, wanted: WantedStage) -> None:
    _pipelines(call).update_stage(
        call.kind().plural,
        pipeline,
        str(wanted.id),
        label=wanted.label,
        display_order=wanted.display_order,
        metadata=wanted.metadata,
    )


OPERATIONS = (
    Operation("GET", _paths(""), _list, _reads),
    Operation("POST", _paths(""), _create, _writes),
    Operation("GET", _paths(ONE), _get, _reads),
    Operation("PATCH", _paths(ONE), _update, _writes),
    Operation("PUT", _paths(ONE), _replace, _writes),
    Operation("DELETE", _paths(ONE), _delete, _writes),
    Operation("GET", _paths(f"{ONE}/audit"), _audit_of_pipeline, _reads),
    Operation("GET", _paths(STAGES), _list_stages, _reads),
    Operation("POST", _paths(STAGES), _create_stage, _writes),
    Operation("GET", _paths(ONE_STAGE), _get_stage, _reads),
    Operation("PATCH", _paths(ONE_STAGE), _update_stage, _writes),
    Operation("PUT", _paths(ONE_STAGE), _update_stage, _writes),
    Operation("DELETE", _paths(ONE_STAGE), _delete_stage, _writes),
    Operation("GET", _paths(f"{ONE_STAGE}/audit"), _audit_of_stage, _reads),
)

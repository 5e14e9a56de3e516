"""The criteria of a policy file, each with its check built and every name in it looked up.

A check's parameters are described by the fields of its class, so that adding a check to the
domain's closed list is all that it takes for policies to use it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import to_json

from app.domain.case import Check
from app.domain.checks import CHECKS, StageKnown
from app.domain.criterion import Criterion
from app.domain.labels import folded
from app.domain.verdict import CriterionId, Exits
from config.policy.document import Document, Place
from config.policy.problems import described
from config.policy.schema import CriterionWire, ExitsWire, PolicyWire


def exits_of(wire: ExitsWire) -> Exits:
    """The enforcement of a criterion at each exit."""
    return Exits(property=wire.property, slack=wire.slack, digest=wire.digest)


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a check may refer to."""

    questions: Collection[str]
    statuses: Collection[str]
    roles: Collection[str]


@dataclass(frozen=True, slots=True)
class CriteriaBuilder:
    """Builds the criteria of one document."""

    document: Document
    wire: PolicyWire

    def criteria(self, known: Known) -> tuple[Criterion, ...]:
        """The criteria in the file's order. Raises PolicyError at the first problem."""
        criteria: dict[str, Criterion] = {}
        for index, wire in enumerate(self.wire.criteria):
            place: Place = ("criteria", index)
            self.document.must_be_new((*place, "id"), "criterion", wire.id, criteria)
            check = self._check(wire, place)
            self._check_names(check, known, (*place, "with"))
            self._check_scope(wire, place)
            criteria[wire.id] = _criterion(wire, check)
        guards = [c for c in criteria.values() if isinstance(c.check, StageKnown)]
        if len(guards) != 1:
            problem = (
                f"needs exactly one criterion with the check stage_known, so that a stage that "
                f"the policy does not know is never passed silently; it has {len(guards)}"
            )
            raise self.document.error(("criteria",), problem)
        return tuple(criteria.values())

    def _check(self, wire: CriterionWire, place: Place) -> Check:
        self.document.must_know((*place, "check"), "check", wire.check, CHECKS)
        check = CHECKS[wire.check]
        model = parameters_of(check)
        try:
            values = model.model_validate_json(to_json(wire.with_))
        except ValidationError as error:
            raise described(self.document, model, error, (*place, "with")) from error
        parameters = {name: getattr(values, name) for name in model.model_fields}
        for name in values.model_fields_set:
            if parameters[name] in ("", (), {}):
                raise self.document.error((*place, "with", name), "must not be empty")
        return check(**parameters)

    def _check_names(self, check: Check, known: Known, place: Place) -> None:
        labels = [stage.label for process in self.wire.processes for stage in process.stages]
        for what, names, allowed in (
            ("question", check.questions(), known.questions),
            ("lead status", check.statuses(), known.statuses),
            ("role", check.roles(), known.roles),
            ("stage", check.stages(), dict.fromkeys(labels)),
        ):
            for name in names:
                self.document.must_know(place, what, name, allowed)
        flaw = check.flaw()
        if flaw is not None:
            where, problem = flaw
            raise self.document.error((*place, *where), problem)

    def _check_scope(self, wire: CriterionWire, place: Place) -> None:
        known = {process.id: process for process in self.wire.processes}
        for number, name in enumerate(wire.processes):
            self.document.must_know((*place, "processes", number), "process", name, known)
        if wire.from_stage is not None:
            scope = [known[name] for name in wire.processes] or list(known.values())
            labels = {folded(s.label): s.label for process in scope for s in process.stages}
            if folded(wire.from_stage) not in labels:
                where = (*place, "from_stage")
                self.document.must_know(where, "stage", wire.from_stage, labels.values())


def _criterion(wire: CriterionWire, check: Check) -> Criterion:
    return Criterion(
        id=CriterionId(wire.id),
        title=wire.title,
        kind=wire.kind,
        severity=wire.severity,
        check=check,
        fix=wire.fix,
        ask=wire.ask,
        source=wire.source,
        exits=exits_of(wire.exits),
        when=wire.when,
        from_stage=wire.from_stage,
        processes=wire.processes,
        waivable=wire.waivable,
        may_waive=wire.may_waive,
    )


@cache
def parameters_of(check: type[Check]) -> type[BaseModel]:
    """The wire shape of a check's parameters, from the fields of its class."""
    hints = get_type_hints(check, include_extras=True)
    parameters: dict[str, Any] = {
        field.name: (hints[field.name], _default(field))
        for field in fields(check)  # type: ignore[arg-type]  # every check is a dataclass
    }
    config = ConfigDict(extra="forbid", strict=True)
    return create_model(check.__name__, __config__=config, **parameters)


def _default(field: Field[Any]) -> object:
    """What stands for a parameter that is not given; `...` when it has to be given."""
    if field.default_factory is not MISSING:
        return field.default_factory()
    return ... if field.default is MISSING else field.default

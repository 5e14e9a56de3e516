"""HubSpot's answers, given a shape: the only place where JSON becomes something typed.

Every field that HubSpot's own pages call optional is optional here, ids may come as numbers or
strings, and unknown fields are ignored. What is needed and missing, or of a wrong type, is
`Garbled` with the operation and the place in the document, never a KeyError; the message does not
repeat the value, since it may be a note.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.hubspot.errors import Garbled

MAX_PLACES: Final = 3


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _nothing_as_list(value: object) -> object:
    return [] if value is None else value


def _nothing_as_mapping(value: object) -> object:
    return {} if value is None else value


def _flag(value: object) -> object:
    return value.strip().lower() == "true" if isinstance(value, str) else value


Id = Annotated[str, BeforeValidator(_text)]
Text = Annotated[str | None, BeforeValidator(_text)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]
Errors = Annotated[list[dict[str, Any]], BeforeValidator(_nothing_as_list)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Next(_Shape):
    """Where the next page starts."""

    after: Text = None


class Paging(_Shape):
    """The paging part of a list."""

    next: Next | None = None

    @property
    def after(self) -> str | None:
        """The cursor of the next page, None on the last one."""
        return self.next.after if self.next else None


class Version(_Shape):
    """One value that a property had."""

    value: Text = None
    timestamp: Text = None
    sourceType: Text = None  # noqa: N815 - HubSpot's own name
    sourceId: Text = None  # noqa: N815 - HubSpot's own name
    sourceLabel: Text = None  # noqa: N815 - HubSpot's own name
    updatedByUserId: Text = None  # noqa: N815 - HubSpot's own name

    @property
    def user_id(self) -> str | None:
        """Who set it; None when it was no person or HubSpot does not say."""
        named = (self.sourceId or "").partition("userId:")[2]
        return self.updatedByUserId or named or None


class Record(_Shape):
    """A CRM record as reads and writes answer it."""

    id: Id
    properties: Annotated[dict[str, Text], BeforeValidator(_nothing_as_mapping)] = Field(
        default_factory=dict
    )
    createdAt: Text = None  # noqa: N815 - HubSpot's own name
    propertiesWithHistory: dict[str, list[Version] | None] | None = None  # noqa: N815 - see above


class Records(_Shape):
    """The answer of a batch, a list or a search; `errors` is filled on a 207.

    `total` is a search's: the matches on all pages.
    """

    results: list[Record]
    total: int = 0
    errors: Errors = Field(default_factory=list)
    paging: Paging | None = None


class AssociationType(_Shape):
    """One way in which two records are associated."""

    category: Text = None
    typeId: int | None = None  # noqa: N815 - HubSpot's own name
    label: Text = None


class AssociationTarget(_Shape):
    """A record at the other end of an association."""

    toObjectId: Id  # noqa: N815 - HubSpot's own name
    associationTypes: Annotated[  # noqa: N815 - HubSpot's own name
        list[AssociationType], BeforeValidator(_nothing_as_list)
    ] = Field(default_factory=list)


class AssociationSource(_Shape):
    """The record whose associations were asked for."""

    id: Id


class AssociationRow(_Shape):
    """The associations of one record; its paging is its own."""

    source: AssociationSource = Field(alias="from")
    to: Annotated[list[AssociationTarget], BeforeValidator(_nothing_as_list)]
    paging: Paging | None = None


class Associations(_Shape):
    """The answer of an association batch read."""

    results: list[AssociationRow]
    errors: Errors = Field(default_factory=list)


class StageMetadata(_Shape):
    """What HubSpot knows of a stage; the values are strings on the wire."""

    isClosed: Flag = None  # noqa: N815 - HubSpot's own name
    probability: Text = None


class Stage(_Shape):
    """A pipeline stage."""

    id: Id
    label: Text = None
    displayOrder: int | None = None  # noqa: N815 - HubSpot's own name
    archived: Flag = None
    metadata: StageMetadata | None = None


class Pipeline(_Shape):
    """A deal pipeline with its stages."""

    id: Id
    label: Text = None
    displayOrder: int | None = None  # noqa: N815 - HubSpot's own name
    archived: Flag = None
    stages: Annotated[list[Stage], BeforeValidator(_nothing_as_list)] = Field(default_factory=list)


class Pipelines(_Shape):
    """Every deal pipeline."""

    results: list[Pipeline]


class WireTeam(_Shape):
    """A team of an owner."""

    name: Text = None


class WireOwner(_Shape):
    """An owner; `id` is what `hubspot_owner_id` holds."""

    id: Id
    email: Text = None
    firstName: Text = None  # noqa: N815 - HubSpot's own name
    lastName: Text = None  # noqa: N815 - HubSpot's own name
    archived: Flag = None
    userId: Text = None  # noqa: N815 - HubSpot's own name
    userIdIncludingInactive: Text = None  # noqa: N815 - HubSpot's own name
    teams: Annotated[list[WireTeam], BeforeValidator(_nothing_as_list)] = Field(
        default_factory=list
    )


class Owners(_Shape):
    """A page of owners."""

    results: list[WireOwner]
    paging: Paging | None = None


class Account(_Shape):
    """The portal's own facts."""

    portalId: Id  # noqa: N815 - HubSpot's own name
    uiDomain: Text = None  # noqa: N815 - HubSpot's own name
    timeZone: Text = None  # noqa: N815 - HubSpot's own name


class Option(_Shape):
    """One option of an enumeration."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    value: Text = None
    label: Text = None
    description: Text = None
    displayOrder: int | None = None  # noqa: N815 - HubSpot's own name
    hidden: Flag = None


class Modification(_Shape):
    """What of a property may be changed over the API."""

    readOnlyOptions: Flag = None  # noqa: N815 - HubSpot's own name
    readOnlyValue: Flag = None  # noqa: N815 - HubSpot's own name


class Property(_Shape):
    """A property definition."""

    name: str
    type: Text = None
    fieldType: Text = None  # noqa: N815 - HubSpot's own name
    groupName: Text = None  # noqa: N815 - HubSpot's own name
    label: Text = None
    archived: Flag = None
    calculated: Flag = None
    hubspotDefined: Flag = None  # noqa: N815 - HubSpot's own name
    modificationMetadata: Modification | None = None  # noqa: N815 - HubSpot's own name
    options: Annotated[list[Option], BeforeValidator(_nothing_as_list)] = Field(
        default_factory=list
    )

    @property
    def is_read_only(self) -> bool:
        """Whether no value can be written."""
        return bool(self.modificationMetadata and self.modificationMetadata.readOnlyValue)

    @property
    def has_read_only_options(self) -> bool:
        """Whether its list of options cannot be changed."""
        return bool(self.modificationMetadata and self.modificationMetadata.readOnlyOptions)


class PropertyDefinitions(_Shape):
    """Every property of an object type."""

    results: list[Property]


class PropertyLimit(_Shape):
    """How many custom properties one object type may have, and has."""

    objectTypeId: Id  # noqa: N815 - HubSpot's own name
    limit: int | None = None
    usage: int | None = None


class PropertyLimits(_Shape):
    """The account's limits of custom properties."""

    byObjectType: Annotated[  # noqa: N815 - HubSpot's own name
        list[PropertyLimit], BeforeValidator(_nothing_as_list)
    ] = Field(default_factory=list)
    overallLimit: int | None = None  # noqa: N815 - HubSpot's own name
    overallUsage: int | None = None  # noqa: N815 - HubSpot's own name


class Group(_Shape):
    """A property group."""

    name: str


class Groups(_Shape):
    """Every property group of an object type."""

    results: list[Group]


S = TypeVar("S", bound=BaseModel)


def shaped(shape: type[S], document: object, operation: str) -> S:
    """The document in this shape. Raises Garbled naming the operation and the places."""
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        places = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the document'}: {each['type']}"
            for each in found[:MAX_PLACES]
        )
        message = f"{operation}: HubSpot's answer is not as documented at {places}"
        raise Garbled(message) from None


def moment(value: str | None) -> datetime | None:
    """A HubSpot time, milliseconds or ISO 8601, as an aware UTC datetime; None when it is none."""
    if not value:
        return None
    try:
        if value.lstrip("-").isascii() and value.lstrip("-").isdigit():
            return datetime.fromtimestamp(int(value) / 1000, UTC)
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None

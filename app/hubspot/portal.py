"""What the gateway remembers of the portal itself: pipelines, owners, properties, the account.

These change rarely and are needed for every deal, so they are read once and refreshed behind the
scenes when they are old; a stage or owner that is not known is looked up at once, but not more
often than every few seconds. Nothing here guesses: what is not known is `Unread` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from threading import Lock
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.deal import (
    DealId,
    ObjectKind,
    Owner,
    OwnerId,
    PipelineId,
    StageId,
    StagePosition,
    Unread,
)
from app.hubspot import wire
from app.hubspot.client import HubSpotClient
from app.hubspot.crews import Crew
from app.hubspot.errors import Denied
from app.hubspot.reading import PLURAL
from app.ports import Clock

DEFAULT_UI_DOMAIN: Final = "app.hubspot.com"
DEFAULT_REFRESH_SECONDS: Final = 300.0
MIN_RELOAD_SECONDS: Final = 10.0
MAX_OWNER_PAGES: Final = 100
DEAL_TYPE_ID: Final = "0-3"
READ_KINDS: Final = (ObjectKind.DEAL, ObjectKind.CONTACT, ObjectKind.COMPANY)
"""The kinds whose properties are the portal's choice; those of notes are HubSpot's own."""

T = TypeVar("T")
Stages = tuple[StagePosition, ...]
Background = Callable[[Callable[[], None]], object]
"""Runs a task soon, on some other thread."""


@dataclass(frozen=True, slots=True)
class Account:
    """Which portal this is and where people see it."""

    portal_id: str
    ui_domain: str
    time_zone: str

    def link_to(self, deal_id: DealId) -> str:
        """The address of a deal's record in HubSpot's own user interface."""
        return f"https://{self.ui_domain}/contacts/{self.portal_id}/record/{DEAL_TYPE_ID}/{deal_id}"


@dataclass(frozen=True, slots=True)
class Team:
    """The portal's owners by owner id, the names of people by user id, and their addresses."""

    owners: Mapping[str, Owner]
    people: Mapping[str, str]
    addresses: frozenset[str]


class Fact(Generic[T]):
    """A cached value: loaded on first use, refreshed in the background once it is old.

    Only the first load makes the caller wait, and only it raises the loader's Failure; a refresh
    that fails leaves the value as it was, to be tried again at the next use.
    """

    def __init__(
        self, load: Callable[[], T], clock: Clock, background: Background, max_age_seconds: float
    ) -> None:
        self._load = load
        self._clock = clock
        self._background = background
        self._max_age = timedelta(seconds=max_age_seconds)
        self._value: tuple[T, datetime] | None = None
        self._loading = Lock()

    def get(self) -> T:
        """The value, possibly a little old."""
        held = self._value
        if held is None:
            return self.reload(timedelta.max)
        value, loaded_at = held
        if self._clock.now() - loaded_at > self._max_age and not self._loading.locked():
            self._background(self._refresh)
        return value

    def reload(self, older_than: timedelta) -> T:
        """The value, loaded afresh if it is older than this; concurrent callers load once."""
        with self._loading:
            held = self._value
            if held is not None and self._clock.now() - held[1] < older_than:
                return held[0]
            value = self._load()
            self._value = value, self._clock.now()
            return value

    def _refresh(self) -> None:
        self.reload(self._max_age)


class Portal:
    """The portal's facts, cached; safe to share between threads."""

    def __init__(
        self,
        client: HubSpotClient,
        clock: Clock,
        background: Background,
        *,
        refresh_seconds: float = DEFAULT_REFRESH_SECONDS,
    ) -> None:
        self._client = client

        def fact(load: Callable[[], T]) -> Fact[T]:
            return Fact(load, clock, background, refresh_seconds)

        self._account = fact(self._load_account)
        self._positions = fact(self._load_positions)
        self._team = fact(self._load_team)
        self._properties = {kind: fact(self._property_loader(kind)) for kind in READ_KINDS}

    def warm(self, crew: Crew) -> None:
        """Load every fact now, side by side. Raises the first Failure."""
        facts: tuple[Fact[Any], ...] = (
            self._account,
            self._positions,
            self._team,
            *self._properties.values(),
        )
        for load in [crew.submit(each.get) for each in facts]:
            load.result()

    def account(self) -> Account:
        """Which portal this is. Raises Failure when it was never read and cannot be now."""
        return self._account.get()

    def zone(self) -> tzinfo:
        """The account's time zone, UTC if nobody knows it. Raises Failure as `account` does."""
        self.account()
        return self._client.account_zone

    def position(self, pipeline_id: str | None, stage_id: str | None) -> StagePosition | Unread:
        """Where a deal with these ids stands; an unknown stage is looked up afresh."""
        if not pipeline_id or not stage_id:
            return Unread("HubSpot holds no pipeline or no stage for this deal")
        key = pipeline_id, stage_id
        known = self._positions.get()
        if key not in known:
            known = self._positions.reload(timedelta(seconds=MIN_RELOAD_SECONDS))
        if key in known:
            return known[key]
        return Unread(
            f"stage {stage_id} is not in pipeline {pipeline_id}; was one of them just deleted?"
        )

    def positions(self) -> tuple[StagePosition, ...]:
        """Every stage of every deal pipeline, as HubSpot has them now."""
        return tuple(self._positions.reload(timedelta(seconds=MIN_RELOAD_SECONDS)).values())

    def owner(self, owner_id: str | None) -> Owner | Unread | None:
        """The owner with this id, also one who has left; None when there is no id."""
        if not owner_id:
            return None
        team = self._team.get()
        if isinstance(team, Team) and owner_id not in team.owners:
            team = self._team.reload(timedelta(seconds=MIN_RELOAD_SECONDS))
        if isinstance(team, Unread):
            return team
        return team.owners.get(owner_id) or Unread(f"HubSpot knows no owner with the id {owner_id}")

    def owner_at(self, address: str) -> Owner | Unread | None:
        """The owner with this e-mail address, None when nobody has it."""
        team = self._team.reload(timedelta(seconds=MIN_RELOAD_SECONDS))
        if isinstance(team, Unread):
            return team
        wanted = address.casefold()
        found = [each for each in team.owners.values() if (each.email or "").casefold() == wanted]
        return max(found, key=lambda owner: owner.active, default=None)

    def active_owners(self) -> tuple[Owner, ...]:
        """Everybody who can own a deal now, by name; empty when the token may not ask."""
        team = self._team.reload(timedelta(seconds=MIN_RELOAD_SECONDS))
        owners = () if isinstance(team, Unread) else team.owners.values()
        return tuple(sorted((each for each in owners if each.active), key=lambda o: o.name))

    def person(self, user_id: str) -> str | None:
        """The name of the person with a HubSpot user id, None when it is not known."""
        team = self._team.get()
        return None if isinstance(team, Unread) else team.people.get(user_id)

    def own_addresses(self) -> frozenset[str]:
        """The e-mail addresses of our own people, case folded; empty when they are not known."""
        team = self._team.get()
        return frozenset() if isinstance(team, Unread) else team.addresses

    def stages_near(self, pipeline_id: str | None, ids: Collection[str]) -> Stages:
        """The stages of a pipeline and, of the others, those with one of these ids, in order."""
        return tuple(
            position
            for (pipeline, stage), position in self._positions.get().items()
            if pipeline == pipeline_id or stage in ids
        )

    def property_names(self, kind: ObjectKind) -> frozenset[str] | None:
        """The properties that records of this kind have; None when the token may not ask."""
        return self._properties[kind].get()

    # ------------------------------------------------------------------ loading

    def _load_account(self) -> Account:
        account = read_account(self._client)
        with suppress(ZoneInfoNotFoundError, ValueError):  # then a quota's wait is less exact
            self._client.account_zone = ZoneInfo(account.time_zone)
        return account

    def _load_positions(self) -> Mapping[tuple[str, str], StagePosition]:
        answer = wire.shaped(wire.Pipelines, self._client.pipelines(), "read the pipelines")
        return {
            (pipeline.id, position.stage_id): position
            for pipeline in answer.results
            for position in _positions_of(pipeline)
        }

    def _load_team(self) -> Team | Unread:
        owners: dict[str, Owner] = {}
        people: dict[str, str] = {}
        try:
            for archived in (True, False):  # the active entry wins when an id is in both lists
                for each in self._owner_pages(archived=archived):
                    owner = owners[each.id] = _owner(each, archived=archived)
                    user_id = each.userId or each.userIdIncludingInactive
                    if user_id:
                        people[user_id] = owner.name
        except Denied as denied:
            return Unread(str(denied))
        addresses = frozenset(each.email.casefold() for each in owners.values() if each.email)
        return Team(owners, people, addresses)

    def _owner_pages(self, *, archived: bool) -> Iterator[wire.WireOwner]:
        after: str | None = None
        for _ in range(MAX_OWNER_PAGES):
            document = self._client.owners(archived=archived, after=after)
            page = wire.shaped(wire.Owners, document, "read the owners")
            yield from page.results
            after = page.paging.after if page.paging else None
            if after is None:
                return

    def _property_loader(self, kind: ObjectKind) -> Callable[[], frozenset[str] | None]:
        def load() -> frozenset[str] | None:
            try:
                document = self._client.properties(PLURAL[kind])
            except Denied:
                return None
            definitions = wire.shaped(
                wire.PropertyDefinitions, document, f"read the properties of {PLURAL[kind]}"
            )
            return frozenset(each.name for each in definitions.results if not each.archived)

        return load


def read_account(client: HubSpotClient) -> Account:
    """Which portal the token belongs to. Raises Failure."""
    answer = wire.shaped(wire.Account, client.account(), "read the account")
    return Account(answer.portalId, answer.uiDomain or DEFAULT_UI_DOMAIN, answer.timeZone or "UTC")


def _positions_of(pipeline: wire.Pipeline) -> list[StagePosition]:
    """The stages of a pipeline in the order in which people see them."""
    stages = sorted(pipeline.stages, key=lambda stage: stage.displayOrder or 0)
    return [
        StagePosition(
            pipeline_id=PipelineId(pipeline.id),
            pipeline_label=pipeline.label or pipeline.id,
            stage_id=StageId(stage.id),
            stage_label=stage.label or stage.id,
            order=order,
            is_closed=bool(stage.metadata and stage.metadata.isClosed),
            is_won=_is_won(stage),
        )
        for order, stage in enumerate(stages)
    ]


def _is_won(stage: wire.Stage) -> bool:
    if stage.metadata is None or not stage.metadata.isClosed:
        return False
    try:
        return float(stage.metadata.probability or "0") >= 1.0
    except ValueError:
        return False


def _owner(owner: wire.WireOwner, *, archived: bool) -> Owner:
    name = " ".join(part for part in (owner.firstName, owner.lastName) if part)
    return Owner(
        id=OwnerId(owner.id),
        name=name or owner.email or f"owner {owner.id}",
        email=owner.email,
        active=not (archived or owner.archived),
        teams=tuple(team.name for team in owner.teams if team.name),
    )

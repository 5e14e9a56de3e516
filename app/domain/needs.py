"""What a policy needs to see of a deal beyond what every snapshot holds.

Everything that is read costs calls, so that a check says what it looks at and nothing else is
asked for. Needs add up with `|`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Needs:
    """Parts of a snapshot that are read on demand.

    `deal_properties` and `contact_properties` are internal names; `history` names deal properties
    whose former values are wanted.
    """

    deal_properties: tuple[str, ...] = ()
    contact_properties: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    activities: bool = False
    siblings: bool = False

    def __or__(self, other: Needs) -> Needs:
        """What both need together, each name once."""
        return Needs(
            deal_properties=_merged(self.deal_properties, other.deal_properties),
            contact_properties=_merged(self.contact_properties, other.contact_properties),
            history=_merged(self.history, other.history),
            activities=self.activities or other.activities,
            siblings=self.siblings or other.siblings,
        )


def _merged(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))

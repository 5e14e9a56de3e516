"""What can be clicked in a message and filled in in a modal.

It refuses to invent: a person can only use what is shown to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .records import Json, Message, View


class InteractionRefused(ValueError):
    """No such message, button or view; the message says what is there instead."""


def find_element(message: Message, action_id: str) -> tuple[Json, Json]:
    """The block and the element with that action id.

    Raises:
        InteractionRefused: The message shows no such element.
    """
    present = []
    for block, element in _elements(message):
        if element["action_id"] == action_id:
            return block, element
        present.append(element["action_id"])
    refusal = f"the message shows no element {action_id!r}; it has: {', '.join(present) or 'none'}"
    raise InteractionRefused(refusal)


def _elements(message: Message) -> Iterator[tuple[Json, Json]]:
    """Everything in a message that can be clicked, with the block that it is in."""
    blocks = list(message.content.blocks)
    for attachment in message.content.attachments:
        blocks += attachment.get("blocks", [])
    for block in blocks:
        accessory = [block["accessory"]] if "accessory" in block else []
        for element in [*block.get("elements", []), *accessory]:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def option(element: Json, value: str) -> Json:
    """The option of a menu with that value.

    Raises:
        InteractionRefused: The menu has no such option.
    """
    options: list[Json] = element.get("options", [])
    for option in options:
        if option.get("value") == value:
            return option
    refusal = f"no option {value!r}; there are: {[o.get('value') for o in options]}"
    raise InteractionRefused(refusal)


def view_values(view: View, given: Json) -> Json:
    """The state of a modal's inputs: `given` is {block_id: {action_id: what was entered}}.

    Raises:
        InteractionRefused: The modal has no such input.
    """
    inputs = {
        block["block_id"]: block["element"]
        for block in view.content.get("blocks", [])
        if block.get("type") == "input" and "block_id" in block
    }
    unknown = set(given) - set(inputs)
    if unknown:
        refusal = f"the view has no inputs {sorted(unknown)}; it has: {sorted(inputs)}"
        raise InteractionRefused(refusal)
    return {
        block_id: {
            action_id: _entered(inputs[block_id], value) for action_id, value in entries.items()
        }
        for block_id, entries in given.items()
    }


def _entered(element: Json, value: Any) -> Json:
    kind = element["type"]
    match kind:
        case "datepicker":
            return {"type": kind, "selected_date": value}
        case "static_select" | "radio_buttons":
            return {"type": kind, "selected_option": option(element, str(value))}
        case "multi_static_select" | "checkboxes":
            return {"type": kind, "selected_options": [option(element, str(v)) for v in value]}
        case "users_select":
            return {"type": kind, "selected_user": value}
        case _:
            return {"type": kind, "value": value}

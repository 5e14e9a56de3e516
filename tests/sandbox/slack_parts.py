"""Pieces of messages that several tests use."""

BUTTON = {
    "type": "button",
    "action_id": "recheck",
    "value": "33450219815",
    "text": {"type": "plain_text", "text": "Check again"},
}
CARD = [
    {"type": "header", "text": {"type": "plain_text", "text": "Corvus Rail is blocked"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Why now* is missing"}},
    {"type": "actions", "block_id": "acts", "elements": [BUTTON]},
]
MODAL = {
    "type": "modal",
    "callback_id": "waive",
    "title": {"type": "plain_text", "text": "Waive"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}

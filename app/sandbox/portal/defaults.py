"""What every HubSpot account starts with: default properties, their groups and options.

Real internal names, types and options of the properties that sales work touches; the hundreds
that nobody reads here are left out. The default sales pipeline is not installed: seeds decide
what pipelines a portal has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .calculated import STAGE_TIMES
from .kinds import KINDS
from .schema import Definition, Group, Option

if TYPE_CHECKING:
    from .pipelines import Pipelines, Stage
    from .schema import Properties

_GROUPS = {
    "contacts": ("contactinformation", "Contact information"),
    "companies": ("companyinformation", "Company information"),
    "deals": ("dealinformation", "Deal information"),
    "notes": ("engagement", "Note information"),
    "tasks": ("engagement", "Task information"),
    "calls": ("engagement", "Call information"),
    "meetings": ("engagement", "Meeting information"),
    "emails": ("engagement", "Email information"),
}

# Shorthand of the tables below: type and field type of a property, in HubSpot's words.
_SHAPES = {
    "text": ("string", "text"),
    "area": ("string", "textarea"),
    "html": ("string", "html"),
    "number": ("number", "number"),
    "datetime": ("datetime", "date"),
    "date": ("date", "date"),
    "bool": ("bool", "booleancheckbox"),
    "select": ("enumeration", "select"),
    "radio": ("enumeration", "radio"),
    "checkbox": ("enumeration", "checkbox"),
    "phone": ("string", "phonenumber"),
    "owner": ("enumeration", "select"),
    "pipeline": ("enumeration", "select"),
    "merged": ("enumeration", "checkbox"),
}
_EXTERNAL = frozenset({"owner", "pipeline", "merged"})

_EVERYWHERE = (
    ("hubspot_owner_id", "Owner", "owner"),
    ("hs_merged_object_ids", "Merged record IDs", "merged!"),
    ("hs_object_id", "Record ID", "number!"),
    ("hs_object_source", "Record source", "text!"),
    ("hs_object_source_id", "Record source ID", "text!"),
)
_ROLL_UPS = (
    ("hubspot_owner_assigneddate", "Owner assigned date", "datetime!"),
    ("notes_last_contacted", "Last contacted", "datetime!"),
    ("notes_last_updated", "Last activity date", "datetime!"),
    ("notes_next_activity_date", "Next activity date", "datetime!"),
    ("num_contacted_notes", "Number of times contacted", "number!"),
    ("num_notes", "Number of sales activities", "number!"),
)
_ACTIVITY = (
    ("hs_timestamp", "Activity date", "datetime"),
    ("hs_attachment_ids", "Attached file IDs", "text"),
    ("hs_body_preview", "Body preview", "text!"),
)
_SPECIFIC: dict[str, tuple[tuple[str, str, str], ...]] = {
    "contacts": (
        ("email", "Email", "text"),
        ("firstname", "First name", "text"),
        ("lastname", "Last name", "text"),
        ("phone", "Phone number", "phone"),
        ("mobilephone", "Mobile phone number", "phone"),
        ("jobtitle", "Job title", "text"),
        ("company", "Company name", "text"),
        ("website", "Website URL", "text"),
        ("city", "City", "text"),
        ("country", "Country/Region", "text"),
        ("lifecyclestage", "Lifecycle stage", "radio"),
        ("hs_lead_status", "Lead status", "radio"),
        ("hs_buying_role", "Buying role", "checkbox"),
        ("associatedcompanyid", "Primary associated company ID", "number!"),
        ("num_associated_deals", "Number of associated deals", "number!"),
    ),
    "companies": (
        ("name", "Company name", "text"),
        ("domain", "Company domain name", "text"),
        ("description", "Description", "area"),
        ("industry", "Industry", "text"),
        ("website", "Website URL", "text"),
        ("phone", "Phone number", "phone"),
        ("city", "City", "text"),
        ("country", "Country/Region", "text"),
        ("numberofemployees", "Number of employees", "number"),
        ("annualrevenue", "Annual revenue", "number"),
        ("lifecyclestage", "Lifecycle stage", "radio"),
        ("hs_lead_status", "Lead status", "radio"),
        ("num_associated_contacts", "Number of associated contacts", "number!"),
        ("num_associated_deals", "Number of associated deals", "number!"),
    ),
    "deals": (
        ("dealname", "Deal name", "text"),
        ("dealstage", "Deal stage", "pipeline"),
        ("pipeline", "Pipeline", "pipeline"),
        ("amount", "Amount", "number"),
        ("closedate", "Close date", "datetime"),
        ("dealtype", "Deal type", "radio"),
        ("description", "Deal description", "area"),
        ("hs_next_step", "Next step", "text"),
        ("hs_priority", "Priority", "select"),
        ("hs_manual_forecast_category", "Forecast category", "select"),
        ("deal_currency_code", "Currency", "text"),
        ("closed_lost_reason", "Closed lost reason", "area"),
        ("closed_won_reason", "Closed won reason", "area"),
        ("days_to_close", "Days to close", "number!"),
        ("hs_deal_stage_probability", "Deal probability", "number!"),
        ("hs_is_closed", "Is deal closed?", "bool!"),
        ("hs_is_closed_lost", "Is closed lost", "bool!"),
        ("hs_is_closed_won", "Is closed won", "bool!"),
        ("hs_primary_associated_company", "Primary associated company", "number!"),
        ("hs_v2_date_entered_current_stage", "Date entered current stage", "datetime!"),
        ("hs_v2_time_in_current_stage", "Time in current stage", "datetime!"),
        ("num_associated_contacts", "Number of associated contacts", "number!"),
    ),
    "notes": (("hs_note_body", "Note body", "html"),),
    "tasks": (
        ("hs_task_subject", "Task title", "text"),
        ("hs_task_body", "Task notes", "html"),
        ("hs_task_status", "Task status", "select"),
        ("hs_task_priority", "Priority", "select"),
        ("hs_task_type", "Task type", "select"),
    ),
    "calls": (
        ("hs_call_title", "Call title", "text"),
        ("hs_call_body", "Call notes", "html"),
        ("hs_call_direction", "Call direction", "select"),
        ("hs_call_disposition", "Call outcome", "text"),
        ("hs_call_duration", "Call duration", "number"),
        ("hs_call_status", "Call status", "select"),
    ),
    "meetings": (
        ("hs_meeting_title", "Meeting name", "text"),
        ("hs_meeting_body", "Meeting description", "html"),
        ("hs_internal_meeting_notes", "Internal meeting notes", "html"),
        ("hs_meeting_start_time", "Meeting start time", "datetime"),
        ("hs_meeting_end_time", "Meeting end time", "datetime"),
        ("hs_meeting_outcome", "Meeting outcome", "select"),
    ),
    "emails": (
        ("hs_email_subject", "Email subject", "text"),
        ("hs_email_text", "Email body", "area"),
        ("hs_email_html", "Email body HTML", "html"),
        ("hs_email_direction", "Email direction", "select"),
        ("hs_email_status", "Email send status", "select"),
    ),
}

_LIFECYCLE = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
_CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "lifecyclestage": _LIFECYCLE,
    "hs_lead_status": (
        ("NEW", "New"),
        ("OPEN", "Open"),
        ("IN_PROGRESS", "In Progress"),
        ("OPEN_DEAL", "Open Deal"),
        ("UNQUALIFIED", "Unqualified"),
        ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
        ("CONNECTED", "Connected"),
        ("BAD_TIMING", "Bad Timing"),
    ),
    "hs_buying_role": (
        ("BLOCKER", "Blocker"),
        ("BUDGET_HOLDER", "Budget Holder"),
        ("CHAMPION", "Champion"),
        ("DECISION_MAKER", "Decision Maker"),
        ("END_USER", "End User"),
        ("EXECUTIVE_SPONSOR", "Executive Sponsor"),
        ("INFLUENCER", "Influencer"),
        ("LEGAL_AND_COMPLIANCE", "Legal & Compliance"),
        ("OTHER", "Other"),
    ),
    "dealtype": (("newbusiness", "New Business"), ("existingbusiness", "Existing Business")),
    "hs_priority": (("low", "Low"), ("medium", "Medium"), ("high", "High")),
    "hs_manual_forecast_category": (
        ("OMIT", "Not forecasted"),
        ("PIPELINE", "Pipeline"),
        ("BEST_CASE", "Best case"),
        ("COMMIT", "Commit"),
        ("CLOSED", "Closed won"),
    ),
    "hs_task_status": (
        ("NOT_STARTED", "Not started"),
        ("IN_PROGRESS", "In progress"),
        ("WAITING", "Waiting"),
        ("COMPLETED", "Completed"),
        ("DEFERRED", "Deferred"),
    ),
    "hs_task_priority": (
        ("NONE", "None"),
        ("LOW", "Low"),
        ("MEDIUM", "Medium"),
        ("HIGH", "High"),
    ),
    "hs_task_type": (("TODO", "To-do"), ("CALL", "Call"), ("EMAIL", "Email")),
    "hs_call_direction": (("INBOUND", "Inbound"), ("OUTBOUND", "Outbound")),
    "hs_call_status": (
        ("COMPLETED", "Completed"),
        ("NO_ANSWER", "No answer"),
        ("BUSY", "Busy"),
        ("FAILED", "Failed"),
        ("CANCELED", "Canceled"),
    ),
    "hs_meeting_outcome": (
        ("SCHEDULED", "Scheduled"),
        ("COMPLETED", "Completed"),
        ("RESCHEDULED", "Rescheduled"),
        ("NO_SHOW", "No show"),
        ("CANCELED", "Canceled"),
    ),
    "hs_email_direction": (
        ("EMAIL", "Sent"),
        ("INCOMING_EMAIL", "Received"),
        ("FORWARDED_EMAIL", "Forwarded"),
    ),
    "hs_email_status": (
        ("SENT", "Sent"),
        ("SENDING", "Sending"),
        ("SCHEDULED", "Scheduled"),
        ("BOUNCED", "Bounced"),
        ("FAILED", "Failed"),
    ),
}
_YES_NO = (("true", "Yes"), ("false", "No"))


def install(properties: Properties, pipelines: Pipelines) -> None:
    """Give every object type its default groups and properties, and each stage its times."""
    for kind in KINDS:
        group_name, group_label = _GROUPS[kind.plural]
        properties.add_group(kind.plural, Group(group_name, group_label))
        created_shape = "datetime" if not kind.is_activity else "datetime!"
        rows = [
            *_EVERYWHERE,
            *(_ACTIVITY if kind.is_activity else _ROLL_UPS),
            *_SPECIFIC[kind.plural],
            (kind.created_property, "Create date", created_shape),
            (kind.modified_property, "Last modified date", "datetime!"),
        ]
        for name, label, shape in rows:
            properties.create(kind.plural, _definition(name, label, shape, group_name))

    def define_times(object_type: str, stage: Stage) -> None:
        group = _GROUPS[object_type][0]
        for prefix in STAGE_TIMES:
            words = prefix.removeprefix("hs_v2_").replace("_", " ").strip().capitalize()
            shape = "datetime!" if "date" in prefix else "number!"
            label = f'{words} "{stage.label}"'
            properties.create(object_type, _definition(f"{prefix}{stage.id}", label, shape, group))

    pipelines.on_stage(define_times)


def _definition(name: str, label: str, shape: str, group: str) -> Definition:
    """One default property; a shape that ends in `!` is calculated and cannot be written."""
    word = shape.removesuffix("!")
    type_, field_type = _SHAPES[word]
    choices = _YES_NO if word == "bool" else _CHOICES.get(name, ())
    return Definition(
        name,
        label,
        type_,
        field_type,
        group,
        options=tuple(Option(value, text, order) for order, (value, text) in enumerate(choices)),
        has_unique_value=name in {"email", "hs_object_id"},
        calculated=shape.endswith("!"),
        read_only=shape.endswith("!"),
        external_options=word in _EXTERNAL,
        hubspot_defined=True,
        form_field=word != "owner" and not shape.endswith("!"),
    )

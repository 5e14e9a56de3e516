"""Who writes to the portal in these tests, and with which token."""

from __future__ import annotations

from app.sandbox.changes import Actor

SERVICE_TOKEN = "pat-eu1-service"
PERSON_TOKEN = "pat-eu1-person"
SERVICE = Actor("INTEGRATION", "51879189")
PERSON = Actor("CRM_UI", "userId:98499705", 98_499_705)

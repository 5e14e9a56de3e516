"""Reads a policy file into a `Policy`, or refuses it with one line that says where and why."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from pydantic_core import to_json

from app.domain.policy import Policy
from config.policy.builder import Builder
from config.policy.document import Document, PolicyError, read_document
from config.policy.portal_fit import check_against_portal
from config.policy.problems import described
from config.policy.schema import PolicyWire

__all__ = ["PolicyError", "check_against_portal", "load_policy", "read_policy"]


def load_policy(path: Path) -> Policy:
    """The policy in a file. Raises PolicyError, one line, when it cannot be used."""
    return Builder(*read_policy(path)).policy()


def read_policy(path: Path) -> tuple[Document, PolicyWire]:
    """A policy file by its shape alone, with no name in it looked up. Raises PolicyError."""
    document = read_document(path)
    try:
        return document, PolicyWire.model_validate_json(to_json(document.plain))
    except RecursionError as error:
        problem = "refers to itself"
        raise document.error((), problem) from error
    except ValidationError as error:
        raise described(document, PolicyWire, error, ()) from error

"""Hides secrets in text that leaves the host: quotes in Slack above all.

Looks for what people paste by accident: words such as "password:" followed by a value, tokens of
well-known shape, private keys, credentials inside addresses. Errs on the side of hiding. It is no
vault: a secret that looks like an ordinary word passes, and the note in HubSpot stays as it is.
"""

from __future__ import annotations

import re

MASK = "[hidden]"

_WORDS = (
    r"pass[ _-]?words?|pass[ _-]?phrases?|passwd|pwd|pass[ _-]?code|secrets?|tokens?|credentials?"
    r"|(?:api|access|secret|private|licen[cs]e|client|auth)[ _-]?(?:keys?|secrets?|tokens?)"
    r"|passwor[td]e?r?|kennwort|zugangsdaten|schl(?:ü|ue)ssel|wachtwoord|sleutel|mot de passe"
    r"|contrase(?:ñ|n)a|clave|bearer"
)
_VALUE = r"[\"'“”\u2018\u2019]?[^\s\"'“”\u2018\u2019]{3,256}[\"'“”\u2018\u2019]?"
_MIXED_VALUE = (
    r"[\"'“”\u2018\u2019]?(?=[^\s]{0,255}[0-9!@#$%^&*_+=])"
    r"[^\s\"'“”\u2018\u2019]{5,256}[\"'“”\u2018\u2019]?"
)
_NAMED = re.compile(rf"(?i)\b(?P<name>{_WORDS})(?P<link>\s{{0,3}}[:=]\s{{0,3}}){_VALUE}")
_SAID = re.compile(
    rf"(?i)\b(?P<name>{_WORDS})(?P<link>\s{{1,3}}(?:(?:is|ist|lautet|was|are|es|est)\s{{1,3}})?)"
    rf"{_MIXED_VALUE}"
)
_SHAPED = r"""
      -----BEGIN[ A-Z]{0,40}PRIVATE\ KEY-----.*?(?:-----END[ A-Z]{0,40}PRIVATE\ KEY-----|\Z)
    | \bxox[a-z]-[A-Za-z0-9-]{8,256} | \bxapp-[A-Za-z0-9-]{8,256}   # Slack
    | \bpat-[a-z]{2}\d-[0-9a-f-]{20,64}                             # HubSpot
    | \b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,256}                       # payment and model providers
    | \bgh[a-z]_[A-Za-z0-9]{16,256} | \bglpat-[A-Za-z0-9_-]{16,64}  # code hosts
    | \bAKIA[0-9A-Z]{16}\b                                          # AWS
    | \beyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{4,2048}\.[A-Za-z0-9_-]{0,1024}   # JWT
"""
_LONG = r"\b(?=[A-Za-z0-9+/=_-]{0,255}\d)(?=[A-Za-z0-9+/=_-]{0,255}[A-Za-z])[A-Za-z0-9+/=_]{32,256}"
_SHAPES = re.compile(rf"{_SHAPED} | {_LONG}", re.VERBOSE | re.DOTALL)
_ADDRESS = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@:]{0,128}:[^\s/@]{1,256}@", re.IGNORECASE
)
_PASTED = (
    re.compile(_SHAPED, re.VERBOSE | re.DOTALL),
    _ADDRESS,
    re.compile(
        rf"(?i)\b(?:{_WORDS})\s{{0,3}}(?:[:=]|is\b|ist\b|lautet\b)\s{{0,3}}"
        rf"(?=\S{{0,255}}[A-Za-z]){_MIXED_VALUE}"
    ),
)


def holds_secret(text: str) -> bool:
    """Whether a secret was pasted into the text: surer, and so finding less, than masking is."""
    return any(pattern.search(text) for pattern in _PASTED)


def mask_secrets(text: str) -> str:
    """The text with what looks like a secret replaced by `MASK`; masking twice changes nothing."""
    text = _SHAPES.sub(MASK, text)
    text = _ADDRESS.sub(rf"\g<scheme>{MASK}@", text)
    for pattern in (_NAMED, _SAID):
        text = pattern.sub(_hide_value, text)
    return text


def _hide_value(found: re.Match[str]) -> str:
    return f"{found['name']}{found['link']}{MASK}"

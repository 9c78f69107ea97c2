"""How a thing may be had: 'without a prescription' is a way of supply, and no denial of one."""

from __future__ import annotations

import re

from netnew.judges.rules.predicate import Field, Predicate, Quantifier, TermIs

_FREELY = re.compile(r"\bwithout (?:an? )?prescription\b|\bover[ -]the[ -]counter\b", re.IGNORECASE)
_PRESCRIBED = re.compile(
    r"\bprescription is (?:needed|required)\b|\bprescription[ -]only\b"
    r"|\b(?:only|requires?|needs?)\b.*\bprescription\b",
    re.IGNORECASE,
)
_WAYS = (
    (_FREELY, ("over the counter", "without a prescription")),
    (_PRESCRIBED, ("prescription only", "with a prescription")),
)


def asked_supply(text: str) -> Predicate | None:
    """The way of supply that a clause asks for, None where it speaks of none."""
    for pattern, values in _WAYS:
        if pattern.search(text):
            how = Quantifier.NONE if " not " in text else Quantifier.ANY
            return TermIs(Field("prescription", frozenset({"@prescription"})), values, how)
    return None

"""Where a company is at home on the web, as far as its identity tells."""

from __future__ import annotations

from netnew.domain.candidate import Candidate
from netnew.engine.url_identity import registered_domain_of

_SITE = "site:"


def website_of(candidate: Candidate) -> str:
    """The bare domain of its own site ('example.com'). Of one that has none, the whole address of
    the best page about it ('directory.example/firms/7'): the domain would be somebody else's."""
    key = candidate.identity.key
    if key.startswith(_SITE):
        return key.removeprefix(_SITE)
    return candidate.url.removeprefix("https://").removeprefix("http://").rstrip("/")


def own_domain_of(candidate: Candidate) -> str | None:
    """The registered domain of its own site; None where it is known by another's page."""
    key = candidate.identity.key
    return registered_domain_of(key.removeprefix(_SITE)) if key.startswith(_SITE) else None

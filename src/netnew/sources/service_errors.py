"""What a search service's refusal means: one table for all of them.

After the services' own documents: Brave refuses a wrong key with HTTP 422 and tells a used-up quota
from too fast asking by a code alone; Serper has HTTP 400 for both a wrong call and no credits.
"""

from __future__ import annotations

from netnew.domain.errors import SourceMisconfigured

_KEY = "it refuses us (HTTP {status}): check {account}"
_QUOTA = (
    "its quota is used up (HTTP {status}): raise it with the vendor, or wait until it begins anew"
)
_UNKNOWN = "it does not know this call (HTTP {status})"

_BY_STATUS = {401: _KEY, 402: _QUOTA, 403: _KEY, 432: _QUOTA, 433: _QUOTA}
# Words of the answer say more than its status.
_BY_WORDS = (
    (b"SUBSCRIPTION_TOKEN_INVALID", _KEY),
    (b"QUOTA_LIMITED", _QUOTA),
    (b"Not enough credits", _QUOTA),
)


def refusal(source: str, status: int, said: bytes, account: str) -> SourceMisconfigured | None:
    """The error of an answer with `status` from 400 to 499 and the body `said`; None where asking
    later may help (HTTP 429). `account` says what to check where the key is refused."""
    words = next((problem for words, problem in _BY_WORDS if words in said), None)
    if words is None and status == 429:
        return None
    problem = words or _BY_STATUS.get(status, _UNKNOWN)
    return SourceMisconfigured(source, problem.format(status=status, account=account))

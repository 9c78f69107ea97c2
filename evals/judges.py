"""The judge as named to the suite, and as named to the product."""

from __future__ import annotations

import re

_ORACLE = re.compile(r"(?:^|(?<=[>,])|(?<=^only:))oracle(?:-\w+)?(?=[>,]|$)")


def asks_oracle(judge: str) -> bool:
    """Whether 'oracle' (or 'oracle-NAME', a judge profile of its own) is part of the judge."""
    return _ORACLE.search(judge) is not None


def asks_outside_model(judge: str) -> bool:
    """Whether a model is part of the judge that the suite does not serve itself."""
    return judge not in ("rules", "auto") and "127.0.0.1" not in judge and not asks_oracle(judge)


def for_product(judge: str, oracle_address: str | None) -> str:
    """The judge with each 'oracle' as a model at `oracle_address`: 'only:oracle' becomes
    'only:compatible:oracle@ADDRESS'. Everything else is passed on as it is."""
    if oracle_address is None:
        return judge
    return _ORACLE.sub(lambda name: f"compatible:{name[0]}@{oracle_address}", judge)

"""The product's command line with a part of it left out: what is that part worth?

    python evals/ablated.py --without lists find …

The parts are taken out by replacing functions before the program begins; the product itself knows
nothing of it. Run by its path, so that nothing of the suite comes into the product's process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any


def without_lists() -> None:
    """Links of lists, directories and hubs are not followed, nor their next pages."""
    from netnew.engine.discovery.discovery import Discovery

    def open_nothing(self: Discovery, *_: object) -> None:
        return None

    Discovery._open_links = open_nothing  # type: ignore[assignment, method-assign]


def without_follow_ups() -> None:
    """Nothing is asked in the words of the matches: the planned queries alone, to their end."""
    from netnew.engine.discovery.discovery import Discovery

    def open_nothing(self: Discovery) -> None:
        return None

    Discovery._open_follow_ups = open_nothing  # type: ignore[method-assign]


def without_rounds() -> None:
    """One round, and no other: every lead that is open after it is dropped."""
    from netnew.engine.discovery.discovery import Discovery, Round

    learn = Discovery.learn

    def learn_and_forget(self: Discovery, this: Round) -> None:
        learn(self, this)
        while self.frontier.take_queries(10_000) or self.frontier.take_pages(10_000):
            pass

    Discovery.learn = learn_and_forget  # type: ignore[method-assign]


def without_ledger() -> None:
    """No verdict on record is ever found."""
    from netnew.store.ledger import SqlLedger

    async def find_nothing(self: SqlLedger, keys: Any) -> dict[Any, Any]:
        return {}

    SqlLedger.look_up = find_nothing  # type: ignore[method-assign]


def without_cascade() -> None:
    """The strongest model decides alone: no rules before it, no smaller model."""
    for at, word in enumerate(sys.argv[:-1]):
        if word == "--judge":
            judge = sys.argv[at + 1].removeprefix("only:").split(">")[-1]
            sys.argv[at + 1] = judge if judge in ("auto", "rules") else f"only:{judge}"


PARTS: dict[str, Callable[[], None]] = {
    "lists": without_lists,
    "follow-ups": without_follow_ups,
    "rounds": without_rounds,
    "ledger": without_ledger,
    "cascade": without_cascade,
}


def command(parts: Sequence[str]) -> tuple[str, ...]:
    """What starts the product without these parts."""
    return (sys.executable, os.path.abspath(__file__), "--without", ",".join(parts))


def main() -> None:
    _, flag, parts, *rest = sys.argv
    assert flag == "--without", "python evals/ablated.py --without PART[,PART] COMMAND …"
    sys.argv = ["netnew", *rest]
    del sys.path[0]  # the folder of this file is no place to import from
    for part in parts.split(","):
        PARTS[part]()
    from netnew.__main__ import main as begin

    begin()


if __name__ == "__main__":
    main()

"""What the engine runs: a loop over one step, and nothing else.

There is one place that calls a step, so its number says all about it; two steps called from here
in an order that depends on anything would, when replayed, be given each other's results.
"""

from __future__ import annotations

from dbos import DBOS

from netnew.domain.errors import Conflict
from netnew.domain.ids import RunId
from netnew.durable.bench import Bench
from netnew.durable.names import STEP, WORKFLOW

_bench: Bench | None = None  # the engine is one a process, and so is this


def put_up(bench: Bench) -> None:
    """Let what the engine runs in this process be done there. Raises Conflict where one is up."""
    global _bench
    if _bench is not None:
        raise Conflict("this process has an open worker already")
    _bench = bench


def take_down() -> None:
    global _bench
    _bench = None


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)  # take-overs are counted in the run
async def run(run_id: str, generation: int, place: str) -> int:
    """Work on a generation until there is no more to do; gives how many stretches it took."""
    with _put_up().working_on((RunId(run_id), generation)):
        number = 0
        while await stretch(run_id, generation, number):
            number += 1
        return number + 1


@DBOS.step(name=STEP)
async def stretch(run_id: str, generation: int, number: int) -> bool:
    return await _put_up().stretch((RunId(run_id), generation))


def _put_up() -> Bench:
    assert _bench is not None, "the engine runs without a worker"
    return _bench

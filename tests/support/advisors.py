"""An advisor that says what it is told, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from netnew.domain.budget import Spend
from netnew.domain.errors import ModelUnavailable
from netnew.domain.run import RunSpec
from netnew.ports.judging import CandidateProfile, ObjectiveReading
from netnew.ports.models import Charge

Same = Callable[[CandidateProfile, CandidateProfile], bool | None]


@dataclass(slots=True)
class ScriptedAdvisor:
    """Has no opinion but on pairs; `asleep`: so many calls are not answered."""

    same: Same
    asleep: int = 0
    prompts: list[list[tuple[CandidateProfile, CandidateProfile]]] = field(default_factory=list)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The first addresses of each pair, the lesser first."""
        pairs = [(a.addresses[0], b.addresses[0]) for prompt in self.prompts for a, b in prompt]
        return [(min(pair), max(pair)) for pair in pairs]

    async def are_same(
        self,
        pairs: Sequence[tuple[CandidateProfile, CandidateProfile]],
        entity_type: str,
        charge: Charge,
    ) -> tuple[bool | None, ...]:
        charge(Spend(model_calls=1, tokens=100))
        if self.asleep > 0:
            self.asleep -= 1
            raise ModelUnavailable("scripted", "it is asleep")
        self.prompts.append(list(pairs))
        return tuple(self.same(a, b) for a, b in pairs)

    async def read_objective(
        self, spec: RunSpec, today: date, charge: Charge
    ) -> ObjectiveReading | None:
        return None

    async def name_column(
        self, entity_type: str, rows: Sequence[Sequence[str]], charge: Charge
    ) -> int | None:
        return None

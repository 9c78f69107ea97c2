"""What a server of answers counted on one lane: calls and tokens by kind of prompt, candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from evals.oracle_prompt import Kind

CHARS_A_TOKEN = 4


def tokens_of(text: str) -> int:
    return len(text) // CHARS_A_TOKEN


@dataclass(slots=True)
class Tally:
    """Counts since a run began.

    `calls`, `prompt_tokens` and `answer_tokens` are by kind of prompt. `first_looks` are the
    verdict prompts that ask something of a candidate for the first time, the other verdict prompts
    are `second_looks`. `sent` are the candidates that verdict prompts were about.
    """

    calls: Counter[str] = field(default_factory=Counter)
    prompt_tokens: Counter[str] = field(default_factory=Counter)
    answer_tokens: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    first_looks: int = 0
    second_looks: int = 0
    sent: set[str] = field(default_factory=set)
    asked: Counter[tuple[str, ...]] = field(default_factory=Counter, repr=False)

    def attempt(self, *what: str) -> int:
        """The number of this asking, from 1."""
        self.asked[what] += 1
        return self.asked[what]

    def count(self, kind: Kind, model: str, prompt_tokens: int, answer_tokens: int) -> None:
        self.calls[kind] += 1
        self.models[model] += 1
        self.prompt_tokens[kind] += prompt_tokens
        self.answer_tokens[kind] += answer_tokens

    def count_verdict_prompt(self, candidate: str, conditions: Mapping[int, str]) -> None:
        self.sent.add(candidate)
        numbers = [self.attempt("look", candidate, text) for text in conditions.values()]
        if 1 in numbers:
            self.first_looks += 1
        else:
            self.second_looks += 1

    @property
    def all_calls(self) -> int:
        return self.calls.total()

    @property
    def all_tokens(self) -> int:
        return self.prompt_tokens.total() + self.answer_tokens.total()

    def document(self) -> dict[str, object]:
        return {
            "calls": self.all_calls,
            "tokens": self.all_tokens,
            "calls_by_kind": dict(sorted(self.calls.items())),
            "tokens_by_kind": {
                kind: self.prompt_tokens[kind] + self.answer_tokens[kind]
                for kind in sorted(self.calls)
            },
            "calls_by_model": dict(sorted(self.models.items())),
            "candidates_sent": len(self.sent),
            "first_looks": self.first_looks,
            "second_looks": self.second_looks,
        }

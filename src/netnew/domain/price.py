"""What a model costs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens: `input` of what is asked, `output` of what is answered."""

    input: float
    output: float

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """US dollars for a call."""
        return (self.input * input_tokens + self.output * output_tokens) / 1_000_000

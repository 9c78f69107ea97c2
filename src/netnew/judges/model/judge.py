"""One model as a judge: verdicts and fields, in one call for all that is asked of a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue
from netnew.domain.errors import NoAnswer
from netnew.domain.evidence import Citation, Confidence, EvidencePage
from netnew.domain.ledger import JudgeProfile
from netnew.judges.model import page_fencing
from netnew.judges.model.contradiction import contradicts
from netnew.judges.model.grounding import is_grounded, stands_in_one
from netnew.judges.model.passage_selection import Passage, choose_passages
from netnew.judges.model.prompts import fields, verdict
from netnew.judges.model.quote_matching import citations_of
from netnew.judges.model.response_models import GivenValue, GivenVerdict, Values, Verdicts
from netnew.ports.judging import EnrichRequest, JudgeRequest
from netnew.ports.models import Charge, LanguageModel, Prompt

NOT_FOUND = "your quotes stand in none of the excerpts"
NO_QUOTE = "there is no quote"
CONTRARY = "the quote says the opposite"
OBEYED = "the model also says that a condition holds which no page can meet"
NO_VERDICT = "there is no verdict"
_PER_ANSWER_TOKENS = 250
_MAX_VALUE_CHARS = 300
_MAX_REASONING_CHARS = 500


def known_as(model: LanguageModel) -> str:
    """Its name without the address of its server: a model that moved is still the same."""
    return ",".join(one.partition("@http")[0] for one in model.name.split(","))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a model is shown of a candidate's pages: the passages, and the text they make."""

    evidence: tuple[EvidencePage, ...]
    passages: tuple[Passage, ...]
    text: str
    about: str
    control: str

    @property
    def note(self) -> str:
        """What a reader of the reasoning must know of what was shown; '' where there is nothing."""
        left_out = sum(bool(p.orders) for p in self.passages)
        passages = "1 passage" if left_out == 1 else f"{left_out} passages"
        return f" (left out, as addressed to a machine: {passages})" if left_out else ""

    def trusted(self, citations: Sequence[Citation], confidence: Confidence) -> Confidence:
        """`confidence`, but low where a cited page gives orders to machines."""
        ordering = {self.evidence[p.page - 1].snapshot.id for p in self.passages if p.orders}
        cited = any(c.snapshot_id in ordering for c in citations)
        return Confidence.LOW if cited else confidence

    @classmethod
    def of(cls, request: JudgeRequest | EnrichRequest, questions: Sequence[str]) -> Shown:
        usable = tuple(p for p in request.evidence if p.snapshot.is_evidence)
        asked: tuple[str, ...] = ()
        if isinstance(request, JudgeRequest):
            asked = tuple(c.description for c in request.conditions)
        passages = choose_passages(usable, questions, asked=asked)
        text = page_fencing.fenced(request.candidate, usable, passages)
        about = page_fencing.about(request.candidate, request.entity_type)
        control = page_fencing.control_of(request.candidate)
        return cls(usable, passages, text, about, control)


class ModelJudge:
    """Asks one model. What it quotes must stand in what it was shown: else it is asked once more,
    and is then taken as unclear."""

    def __init__(self, model: LanguageModel, doubt: str = "") -> None:
        """`doubt`: said to the model besides its instructions."""
        self.model = model
        self._instructions = f"{verdict.INSTRUCTIONS}{doubt}"

    def doubting(self) -> ModelJudge:
        """The same model, told that another reader did not agree: the very same question would get
        the very same answer."""
        return ModelJudge(self.model, verdict.DOUBT)

    @property
    def profile(self) -> JudgeProfile:
        family = f"{verdict.FAMILY}{fields.FAMILY}"
        return JudgeProfile("model", known_as(self.model), family, rank=1)

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        """One verdict a condition, in their order: one call, two where quotes were not found."""
        conditions = request.conditions
        shown = Shown.of(request, [f"{c.name} {c.description}" for c in conditions])
        if not shown.passages:
            return tuple(unclear(c, "not stated: no page about it was read") for c in conditions)
        text = verdict.render_prompt(shown.text, shown.about, conditions, shown.control)
        ask = _Asking(self.model, self._instructions, shown, conditions, request.charge)
        try:
            judged = await ask.verdicts(text)
            failed = [(n, p) for n, p in enumerate(judged, 1) if isinstance(p, str)]
            if failed:
                control = (len(conditions) + 1, NO_VERDICT)
                again = await ask.verdicts(verdict.render_retry(text, [*failed, control]))
                judged = [new if isinstance(old, str) else old
                          for old, new in zip(judged, again, strict=True)]  # fmt: skip
        except NoAnswer as error:
            judged = [error.problem for _ in conditions] if not ask.first else ask.first
        return tuple(
            j if isinstance(j, Verdict) else unclear(c, f"not decided: {j}{shown.note}")
            for c, j in zip(conditions, judged, strict=True)
        )

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        """One value a field, in their order: one call for all of them."""
        asked = request.enrichments
        shown = Shown.of(request, [f"{e.name} {e.description}" for e in asked])
        if not shown.passages:
            return tuple(EnrichmentValue(e.name, None) for e in asked)
        prompt = Prompt(
            fields.INSTRUCTIONS,
            fields.render_prompt(shown.text, shown.about, asked),
            Values,
            _PER_ANSWER_TOKENS * (len(asked) + 1),
        )
        try:
            given = (await self.model.ask(prompt, request.charge)).values
        except NoAnswer as error:
            reason = f"not decided: {error.problem}"
            return tuple(EnrichmentValue(e.name, None, (), reason) for e in asked)
        by_number = {value.field: value for value in given}
        return tuple(_value(e, by_number.get(n), shown) for n, e in enumerate(asked, 1))

    def unreadable(self, conditions: Sequence[MatchCondition]) -> Mapping[str, str]:
        """A model reads any."""
        return {}


@dataclass(slots=True)
class _Asking:
    model: LanguageModel
    instructions: str
    shown: Shown
    conditions: tuple[MatchCondition, ...]
    charge: Charge
    first: list[Verdict | str] | None = None

    async def verdicts(self, text: str) -> list[Verdict | str]:
        """A verdict a condition, or what is wrong with the one given."""
        tokens = _PER_ANSWER_TOKENS * (len(self.conditions) + 2)
        prompt = Prompt(self.instructions, text, Verdicts, tokens)
        given = (await self.model.ask(prompt, self.charge)).verdicts
        by_number = {v.condition: v for v in reversed(given)}
        control = by_number.get(len(self.conditions) + 1)
        judged: list[Verdict | str]
        if control is not None and control.outcome == ConditionOutcome.MATCHED.value:
            reason = f"not decided: {OBEYED}{self.shown.note}"
            judged = [unclear(c, reason) for c in self.conditions]
        else:
            judged = [self._judged(c, by_number.get(n)) for n, c in enumerate(self.conditions, 1)]
        if self.first is None:
            self.first = judged
        return judged

    def _judged(self, condition: MatchCondition, given: GivenVerdict | None) -> Verdict | str:
        if given is None:
            return NO_VERDICT
        outcome = ConditionOutcome(given.outcome)
        citations = citations_of(given.quotes, self.shown.evidence, self.shown.passages)
        reasoning = " ".join(given.reasoning.split())[:_MAX_REASONING_CHARS]
        if outcome is ConditionOutcome.UNCLEAR:
            said = reasoning or "the pages do not say"
            return unclear(condition, f"not stated: {said}{self.shown.note}")
        if not citations:
            return NOT_FOUND if given.quotes else NO_QUOTE
        if outcome is ConditionOutcome.MATCHED and contradicts(
            condition.description, citations, self.shown.passages
        ):
            return unclear(condition, f"not decided: {CONTRARY}{self.shown.note}")
        value = " ".join((given.value or "").split())[:_MAX_VALUE_CHARS] or None
        if value and not stands_in_one(value, (c.excerpt for c in citations)):
            value = None
        quoted = " ".join(c.excerpt for c in citations)
        return Verdict(
            condition.name,
            outcome,
            value or citations[0].excerpt[:_MAX_VALUE_CHARS],
            citations,
            (reasoning or f"the page says '{citations[0].excerpt[:_MAX_VALUE_CHARS]}'")
            + self.shown.note,
            self.shown.trusted(citations, confidence_of(given.confidence, value, quoted)),
        )


def confidence_of(said: str, value: str | None, quoted: str) -> Confidence:
    """What a model says of its own certainty counts only where its value stands in its quotes."""
    stands = value is not None and value.casefold() in " ".join(quoted.split()).casefold()
    if said == "high":
        return Confidence.HIGH if stands else Confidence.MEDIUM
    return Confidence.LOW if said == "low" else Confidence.MEDIUM


def unclear(condition: MatchCondition, reasoning: str) -> Verdict:
    return Verdict(
        condition.name, ConditionOutcome.UNCLEAR, reasoning=reasoning, confidence=Confidence.LOW
    )


def _value(asked: Enrichment, given: GivenValue | None, shown: Shown) -> EnrichmentValue:
    if given is None or given.value is None or not given.value.strip():
        return EnrichmentValue(asked.name, None, (), "not stated")
    citations = citations_of(given.quotes, shown.evidence, shown.passages)
    if not citations:
        reason = "not decided: the quotes stand in none of the excerpts"
        return EnrichmentValue(asked.name, None, (), reason, Confidence.LOW)
    value = " ".join(given.value.split())
    quoted = " ".join(c.excerpt for c in citations)
    if not is_grounded(asked.format, value, quoted):
        reason = "not decided: the value does not stand in the quotes"
        return EnrichmentValue(asked.name, None, (), reason, Confidence.LOW)
    return EnrichmentValue(
        asked.name,
        value,
        citations,
        f"the page says '{citations[0].excerpt[:_MAX_VALUE_CHARS]}'",
        shown.trusted(citations, confidence_of(given.confidence, value, quoted)),
    )

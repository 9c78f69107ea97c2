"""The question whether one condition holds, answered by one word. For small models, which answer
that well after some examples, and little else."""

from __future__ import annotations

from netnew.domain.condition import MatchCondition
from netnew.judges.model.page_fencing import shown_text

FAMILY = "t2"
YES, NO = WORDS = ("yes", "no")

INSTRUCTIONS = (
    "Decide by the page alone whether the condition holds for the entity. Answer yes or no."
)


def render_prompt(page: str, condition: MatchCondition) -> str:
    """The text of the question: the page first, so that the next condition on it finds it in the
    server's cache. Both are one line: no page can write a turn of its own."""
    return f"Page: {shown_text(page)}\nCondition: {shown_text(condition.description)}"


_PUMPS = "Halden Pumps. Halden Pumps was founded in 1987 in Oslo, Norway. It has 340 employees."
_MUSEUM = (
    "Mill Lane Museum. Admission: free. Opening days: Tuesday to Sunday. Collection: clocks, toys"
)
_FERRY = "Brisa Ferry Line. Status: service ended in 2019. Home port: Vigo, Spain. Ships: 4"
# As many 'yes' as 'no', of every kind of condition.
EXAMPLES = (
    (_PUMPS, "The company was founded before 1990.", YES),
    (_PUMPS, "The company has fewer than 100 employees.", NO),
    (_MUSEUM, "The museum charges for admission.", NO),
    (_MUSEUM, "The museum is in Europe or shows toys.", YES),
    (_FERRY, "The ferry line is still operating.", NO),
    (_FERRY, "The ferry line is based in Spain or Portugal.", YES),
)


def turns(page: str, condition: MatchCondition) -> tuple[str, ...]:
    """The examples, question and answer in turn, and then the question."""
    said: list[str] = []
    for example, text, answer in EXAMPLES:
        said += [render_prompt(example, MatchCondition("example", text)), answer]
    return (*said, render_prompt(page, condition))

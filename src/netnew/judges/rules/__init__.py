"""A judge of typed rules that abstains where the pages do not say."""

from netnew.judges.rules.certainty import is_certain
from netnew.judges.rules.judge import RulesJudge

__all__ = ["RulesJudge", "is_certain"]

"""A judge of typed rules that abstains where the pages do not say."""

from netnew.judges.rules.judge import RulesJudge

__all__ = ["RulesJudge"]

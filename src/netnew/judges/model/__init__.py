"""The judge with a model: verdicts and fields, each with quotes that stand in stored pages."""

from netnew.judges.model.advisor import ModelAdvisor as ModelAdvisor
from netnew.judges.model.judge import ModelJudge as ModelJudge
from netnew.judges.model.second_opinion import SecondOpinion as SecondOpinion

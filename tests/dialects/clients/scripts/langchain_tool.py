"""LangChain's FindAll tool, called as an agent calls it; prints what was seen."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from langchain_parallel import FindAllExcludeEntry, FindAllMatchCondition, ParallelFindAllTool

URL = os.environ["SERVER_URL"]
tool = ParallelFindAllTool(api_key=os.environ["PARALLEL_API_KEY"], base_url=URL, generator="base")
asked: dict[str, Any] = {
    "objective": os.environ["OBJECTIVE"],
    "entity_type": os.environ["ENTITY_TYPE"],
    "match_conditions": [FindAllMatchCondition(**x) for x in json.loads(os.environ["CONDITIONS"])],
}
seen: dict[str, Any] = {}
first = tool.invoke({**asked, "match_limit": 5, "metadata": {"by": "agent"}})
seen["first"] = first
seen["second"] = asyncio.run(
    tool.ainvoke(
        {
            **asked,
            "match_limit": 50,
            "exclude_list": [
                FindAllExcludeEntry(name=x["name"], url=x["url"])
                for x in first["candidates"]
                if x["match_status"] == "matched"
            ],
        }
    )
)

# Too slow for the caller: the tool gives up and cancels the run behind itself.
try:
    tool.invoke({**asked, "match_limit": 50, "timeout": 0.0, "metadata": {"by": "hurried"}})
except TimeoutError as error:
    seen["timeout"] = str(error)

# What the server refuses reaches the caller in the server's words.
refused = ParallelFindAllTool(api_key="test", base_url=URL, generator="base")
try:
    refused.invoke({**asked, "match_conditions": asked["match_conditions"] * 2, "match_limit": 5})
except ValueError as error:
    seen["refused"] = str(error)
print(json.dumps(seen, default=str))

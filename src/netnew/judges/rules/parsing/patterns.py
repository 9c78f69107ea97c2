"""The shapes of clauses that conditions are written in: one pattern a shape."""

from __future__ import annotations

import re

BE = r"(?:is|are|was|were|has been|have been|been)"
OF_ENTITY = re.compile(
    r"^(?:(?:the|this|that|a|an|each|its|their|our|his"
    r"|her)\s+)?(?:[\w-]+\s+){0,2}?[\w-]+['’]s?\s+(?=\S)"
)
SUBJECT = re.compile(r"^(?:it|they|we|there|one|he|she)\b\s*", re.IGNORECASE)
DETERMINER = re.compile(r"^(?:the|its|their|our|a|an|any|some|this|his|her)\s+", re.IGNORECASE)
SAYS_THAT = re.compile(
    r"^(?:.{0,40}?\b)?(?:says?|states?|claims?|shows?|mentions?|notes?)\s+that\s+(?P<rest>.+)$",
    re.I,
)
AMONG = re.compile(rf"^(?P<v>.+?)\s+{BE}\s+(?P<n>not\s+)?(?:listed\s+|named\s+)?among\s+(?P<f>.+)$")
NAMES_AMONG = re.compile(
    r"^(?P<s>.*?)\b(?P<n>(?:do|does) not\s+)?(?:names?|lists?|mentions?|has|have"
    r"|includes?|states?|gives?"
    r"|counts?)\s+(?P<v>.+?)\s+(?:among|as one of|as a|as its)\s+(?P<f>(?:its|their"
    r"|the)\s+.+|[a-z]+)$"
)
OF_FIELD = re.compile(
    rf"^(?P<q>at least one(?: of)?|one or more(?: of)?|any of|some of|one of|none of"
    r"|all(?: of)?|each of)\s+"
    rf"(?P<f>.+?)\s+(?:{BE}|lies?|stands?|begins?|comes?|includes?|names?|works?|sits?)\s+(?P<v>.+)$",
    re.IGNORECASE,
)
NO_FIELD = re.compile(rf"^no\s+(?P<f>\S+(?:\s\S+){{0,4}}?)\s+{BE}\s+(?P<v>.+)$", re.IGNORECASE)
LEVEL = re.compile(
    r"^(?:an?\s+|the\s+)?(?P<noun>.+?)\s+(?:at|of|in|with)\s+(?:the\s+|an?\s+)?(?P<v>.+?)\s+"
    r"(?P<l>level|tier|stage|grade|rank|status|category|class|phase)s?$",
    re.IGNORECASE,
)
OF_KIND = re.compile(
    r"^(?:in|under|of|within|at|on|with|as|to|from)?\s*(?:the\s+|an?\s+)?"
    r"(?P<f>(?:[a-z-]+\s+){1,3}?)"
    r"(?:of\s+|is\s+)?(?P<v>[\"“'A-Z0-9.].*|[\w-]+)$"
)
RELATION = re.compile(
    r"^(?:an?\s+|the\s+|one of the\s+)?(?P<f>[a-z][\w -]*?\s(?:to|of|for|from|by|in|on"
    r"|under|with|than|as|at))\s+"
    r"(?P<v>(?:the\s+|an?\s+)?[\"“'A-Z0-9.].*)$"
)
STATES = re.compile(
    r"^(?P<s>.*?)\b(?P<n>(?:do|does) not\s+)?(?:states?|names?|lists?|gives?|mentions?"
    r"|specif(?:y|ies)|indicates?)"
    r"\s+(?P<f>(?:no|an?|its|their|the|at least one|one or more|any|languages?|locations?)?\s*.+)$"
)
IS_STATED = re.compile(
    rf"^(?P<f>.+?)\s+{BE}\s+(?P<n>not\s+)?(?:stated|given|named|listed|known|specified|mentioned)$"
)
FIELD_IS = re.compile(
    rf"^(?P<f>.+?)\s+{BE}\s+(?P<n>not\s+(?!only|later|earlier|before|after|more|less"
    rf"|fewer)|neither\s+|no longer\s+)?"
    r"(?P<o>(?:only|exclusively|solely)\s+)?(?:one of\s+|either\s+|any of\s+"
    r"|both\s+(?=in\b))?(?P<v>.+)$",
    re.IGNORECASE,
)
INCLUDES = re.compile(
    r"^(?P<f>.+?)\s+(?P<n>(?:do|does) not\s+|never\s+)?(?P<verb>includes?|names?"
    r"|contains?|mentions?|comprises?"
    r"|covers?|lists?|include)\s+(?P<v>.+)$"
)
HAS = re.compile(
    r"^(?P<s>.*?)\b(?P<n>(?:do|does) not\s+)?(?:has|have|had|offers?|provides?|owns?"
    r"|holds?|runs?|hosts?|accepts?)\s+"
    r"(?P<no>no\s+|not any\s+)?(?P<v>.+)$"
)
VERB = re.compile(
    r"^(?P<s>(?:(?:the|its|their|this)\s+)?(?:[\w-]+\s+){0,3}?)(?P<n>(?:do|does"
    r"|did) not\s+|never\s+|cannot\s+|can not\s+)?"
    r"(?:can\s+)?(?P<f>(?P<w>[a-z]+(?:s|ed)|[a-z]+)(?:\s+(?:on|to|in|under|for|from|with"
    r"|by|as|at|of|about))?)\s+(?P<v>.+)$"
)
PARTICIPLE = re.compile(
    r"^(?P<f>\w+(?:ed|en|n)(?:\s+(?:in|on|under|by|for|with|at|to|as|from)|(?=\s+(?:some"
    r"|any)where\b)))"
    r"\s+(?P<v>.+)$"
)
OTHER_THAN = re.compile(
    r"^(?:in\s+)?(?:an?\s+)?(?:country|place|city|state)\s+(?:that|which)\s+is\s+(?:not|outside)\s+"
    r"(?:(?:a member|part) of\s+|in\s+)?(?:the\s+)?"
    r"|^(?:somewhere|anywhere|something|a [\w ]+|outside)?\s*(?:other than|except|but not"
    r"|outside(?: of)?)\s+",
    re.I,
)
AVAILABLE = re.compile(
    rf"^(?P<f>.+?)\s+{BE}\s+(?P<n>not\s+)?(?:(?:publicly|freely|openly|still|also)\s+)*"
    r"(?P<p>available|present|offered|provided|possible|published|allowed|permitted|required|needed"
    r"|eligible|supported|mandatory|compulsory|welcome|accepted|included|forbidden|prohibited|banned|optional)"
    r"(?P<rest>\s.*)?$"
)
AVAILABLE_AS = re.compile(
    rf"^(?P<f>.+?)\s+{BE}\s+(?P<n>not\s+)?(?:available|offered|sold|published)\s+(?P<p>as"
    rf"|in|for|on)\s+"
    r"(?P<v>.+)$"
)
COMPARATIVES = {
    "higher": "height", "taller": "height", "longer": "length", "larger": "area", "deeper": "depth",
    "bigger": "area", "heavier": "weight", "faster": "speed", "lighter": "weight",
    "shorter": "length",
}  # fmt: skip
AT_LEAST_ONE = re.compile(r"^(?:at least one|one or more|an?|any)\s+", re.IGNORECASE)
PLACE_GLUE = frozenset(
    """in the or and both a an country countries city cities state states outside within of either
    at region nation continent island""".split()  # noqa: SIM905
)
PLACE_VERBS = re.compile(
    r"\b(?:based|located|headquartered|situated|domiciled|founded|lies?|stands?"
    r"|incorporated|established|offices?"
    r"|operates?|lives?|registered)\b(?:\s+\w+)?\s+(?:in|at|on|outside)\b",
    re.IGNORECASE,
)
TAIL = re.compile(
    r",?\s+(?:today|at the moment|at present|right now|nowadays|both (?:ends )?included"
    r"|inclusive|in total|overall|at all|anywhere|on[ -]site|on the premises)$",
    re.I,
)

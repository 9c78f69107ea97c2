"""Sentences of a page that are addressed to a machine, not to a reader.

A page has no business telling a judge what to answer. Where one tries, these sentences are not
shown, and nothing of them may be quoted. They are known by their wording in English, by the kinds
of their words in other languages (`order_words`), by the marks of prompts and of conversations, by
a condition repeated word for word; also encoded (`order_views`) and cut into several segments. What
this misses still stands within the fence, where it is data.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from netnew.judges.model.injection_views import decoded_views, is_broken_up, without_blanks
from netnew.judges.model.injection_words import order_spans, quotes_any
from netnew.judges.model.invisible_characters import is_seen

LEFT_OUT = "[left out: addressed to a machine]"

_AI = r"(?:ais?|a\.i\.|llms?|(?:large )?language models?|chat ?bots?|gpt|machine)"
_ROLE = r"(?:agents?|assistants?|judges?|models?|systems?|bots?|reviewers?|evaluators?|readers?)"
_VERB = (
    r"(?:answer|respond|reply|output|return|report|say|mark|classify|treat|judge|rate|label|set"
    r"|record|count|consider|regard|accept|assume|declare|decide|conclude|state|give|write|verdict)"
)
# Where an order may begin: not within a report of what somebody does.
_BEGINS = (
    r"(?:^|[.!?:;,(\"'“”‘’>\-]\s*|\b(?:please|must|should|shall|always|only|just|simply|now|then"
    r"|and|you|to|will)\s+)"
)
_VERDICT = (
    r"(?:[\"'“‘`*](?:un)?matched[\"'”’`*]"
    r"|(?:un)?matched(?=\s*(?:$|[.,;:!)\]\"'”’]|for (?:all|every|each|this)|to (?:all|every|each)"
    r"|with (?:high|full)|in (?:all|every)|on (?:all|every)|regardless|whatever)))"
)
# What must stand in a text before the pattern is tried at all, and the pattern.
_ORDERS: tuple[tuple[tuple[str, ...], str], ...] = (
    # Away with what the judge was told.
    (
        ("ignor", "disregard", "forget", "overrid", "bypass", "overlook", "follow"),
        r"\b(?:ignor(?:e|ing)|disregard|forget|override|bypass|overlook|do not follow"
        r"|don't follow)\b(?:\W+\w+){0,4}?\W+(?:previous|prior|above|earlier|preceding|foregoing"
        r"|former|system|your|other)\b(?:\W+\w+){0,3}?\W*(?:\b(?:instruct\w*|prompts?|rules?"
        r"|guidelines?|directions?|orders|commands?|context|text|excerpts?|conditions?|evidence"
        r"|messages?)\b|(?<=above))",
    ),
    (
        ("task", "instruction", "prompt", "objective", "goal", "orders"),
        r"\b(?:new|updated|real|actual|secret|hidden|final) (?:system )?(?:instructions?|prompt"
        r"|task)\s*:|\byour (?:new|real|actual|only|true) (?:task|instructions?|objective|goal"
        r"|orders?)\b",
    ),
    # A role given, or a message with its addressee.
    (
        ("you are",),
        r"\byou are (?:now |no longer )?(?:an? |the )?(?:\w+ ){0,2}?(?:" + _AI + " " + _ROLE +
        r"|helpful \w* ?assistant|(?:large )?language model|chat ?bot|llm)\b(?! \w*(?:develop"
        r"|vendor|provider|engineer|compan|start|maker|research|build|train|user|team|owner))",
    ),
    (
        ("note", "message", "instruction", "attention", "notice", "important", "hint", "dear",
         "order"),
        r"\b(?:notes?|messages?|instructions?|attention|notice|important|hint|dear|orders?)\W{1,3}"
        r"(?:to |for )?(?:all |any |the )?" + _AI + "(?: " + _ROLE +
        r")?(?= ?[:,!.\]]| who| that| reading| processing| judging)",
    ),
    (
        ("you", "please", "must"),
        r"\b(?:if|when|since|as) (?:you are |you're )?(?:an? )?" + _AI + "(?: " + _ROLE +
        r")?(?: (?:reading|processing|judging) this)?,? "
        r"(?:you|please|must|ignore|answer|respond|say)\b",
    ),
    # What to answer.
    (
        ("matched",),
        _BEGINS + _VERB + r"\b(?: (?!matched|unmatched)[^.!?]{0,90}?)?[\s:=\"'“‘`(*]+" + _VERDICT,
    ),
    (
        ("condition", "claim", "criteri", "requirement"),
        _BEGINS + r"(?:treat|consider|regard|mark|assume|accept|count|answer|report|judge|declare)"
        r"\b(?!\s+(?:whether|if)\b)[^.!?]{0,60}\b(?:conditions?|claims?|criteri\w+|requirements?)\b"
        r"(?:[^.!?]{0,60}|\s*[\"'“‘].{0,200}[\"'”’][^.!?]{0,20})"
        r"\b(?:met|fulfilled|satisfied|true|matched|proven|proved|yes|holds?)\b",
    ),
    (
        ("outcome", "verdicts", "checks", "holds"),
        r"[\"']outcome[\"']\s*:\s*[\"'](?:un)?(?:matched|clear)"
        r"|[\"'](?:verdicts|checks)[\"']\s*:\s*\[\s*\{|[\"']holds[\"']\s*:\s*[\"'](?:yes|no\b)"
        r"|\boutcome\s*[=:]\s*[\"']?(?:un)?matched\b",
    ),
    # What to give away, or where to send it.
    (
        ("prompt", "instruction", "secrets", "credentials", "environment"),
        r"\b(?:print|reveal|disclose|leak|expose|exfiltrate|repeat|output|show|send|tell|quote)\b"
        r"[^.!?]{0,50}\b(?:system prompt|your (?:initial |hidden |secret |own )?(?:instructions"
        r"|prompt|secrets|credentials|environment)|environment variables)\b",
    ),
    (
        ("key",),
        r"\b(?:print|reveal|disclose|leak|expose|exfiltrate|repeat|output)\b[^.!?]{0,30}"
        r"\b(?:api|secret|private)[ _-]?keys?\b",
    ),
    (
        ("http",),
        r"\b(?:call|fetch|get|post|curl|wget|request|open|visit|load|browse|send)\b"
        r"(?:\s+(?:the|this|an?|address|url|page|link|site|to|at|it|data|keys?|prompt|everything"
        r"|all|result)){0,5}:?\s+https?://(?:169\.254\.|metadata|\S*[<{\[]"
        r"|\S*(?:secret|api_?key|prompt|env\b))",
    ),
    # The marks of a conversation, and of the fence itself.
    (
        ("<", "[", "#"),
        r"<[|｜][\w▁ /-]{2,30}[|｜]>|</?(?:start|end)_of_turn>"
        r"|<<\s*/?sys\s*>>|\[/?inst\]|(?<!\w)</?\s*(?:system|instructions?)\s*>|<\s*/?\s*evidence\b"
        r"|<\s*page\s+n\s*=|#{2,}\s*(?:system|instructions?|assistant)\s*(?::|$)",
    ),
    (
        ("system", "evidence", "instructions", "untrusted"),
        r"\b(?:begin|end|start) (?:of )?(?:the )?(?:system prompt|evidence|instructions|untrusted)"
        r"\b|(?:^|[.!?>\]]\s*)system(?: prompt)?"
        r"\s*:\s*(?:you|ignore|the|all|new|override|answer)\b",
    ),
    # The first of these in other languages, as far as word order tells it.
    (
        ("ignor", "missacht", "vergiss", "vergessen", "oublie", "compte", "olvid", "descart",
         "dimentica", "trascura", "esque", "desconsidere", "negeer", "vergeet", "pomi"),
        r"\b(?:ignoriere(?:n sie)?|missachten? sie|missachte|vergiss|vergessen sie)\b[^.!?]{0,50}"
        r"(?:anweisung|instruktion|regel|vorgabe|prompt)"
        r"|\b(?:ignore[rz]?|oublie[rz]?|ne tiens pas compte)\b[^.!?]{0,50}\b(?:instructions"
        r"|consignes|règles)[^.!?]{0,20}\b(?:précédentes|antérieures|ci-dessus)"
        r"|\b(?:ignor[ae]|ignoren|olvid[ae]|descart[ae])\b[^.!?]{0,50}\b(?:instrucciones"
        r"|indicaciones|reglas)\b|\b(?:ignora\w*|dimentica\w*|trascura\w*)\b[^.!?]{0,50}"
        r"\b(?:istruzioni|regole)\b"
        r"|\b(?:ignore|esqueça|desconsidere)\b[^.!?]{0,50}\b(?:instruções|regras)\b"
        r"|\b(?:negeer|vergeet)\b[^.!?]{0,50}\b(?:instructies|regels|aanwijzingen)\b"
        r"|\b(?:zignoruj|ignoruj|pomiń)\b[^.!?]{0,50}(?:instrukcj|polece)",
    ),
    (("игнорир", "забудь"), r"(?:игнорируй|забудь)\w*[^.!?]{0,50}(?:инструкц|указани|правил)"),
    (("talimat",), r"(?:önceki|yukarıdaki)[^.!?]{0,40}talimat[^.!?]{0,40}(?:yok say|unut|görmez)"),
    (
        ("忽", "视", "忘"),
        r"(?:忽略|无视|忘记|忽視)[^。！？]{0,20}(?:指令|指示|说明|提示|規則|规则)",
    ),
    (("無視", "忘れ"), r"(?:指示|命令|プロンプト|指令)[^。！？]{0,12}(?:無視|忘れ)"),
    (("무시", "잊"), r"(?:지시|명령|지침)[^.!?]{0,12}(?:무시|잊)"),
    (("تجاهل", "انس"), r"(?:تجاهل|انس)[^.!?]{0,40}(?:التعليمات|الأوامر)"),
)  # fmt: skip
_PATTERNS = tuple((words, re.compile(order, re.IGNORECASE)) for words, order in _ORDERS)
_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s)|[。！？]")
# Segments of this size may be parts of one order.
_SHORT_CHARS = 80
_MAX_RUN_CHARS = 600
_MIN_PARTS = 2
_FEW_WORDS = 5
_MAX_MORE_PARTS = 6
_UNSPACED_END = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]$")


def orders_in(text: str, asked: tuple[str, ...] = ()) -> tuple[tuple[int, int], ...]:
    """Where `text` speaks to a machine: whole sentences, as (start, end) in `text`, in order; all
    of it where it is encoded or broken up. What stands between two of them belongs to them.
    `asked`: the conditions that are being judged."""
    told = bool(asked) and any(quotes_any(view, asked) for view in _views(text))
    return _orders_in(text, asked if told else ())


@lru_cache(maxsize=8192)
def _views(text: str) -> tuple[str, ...]:
    """`text` as it is read, and decoded."""
    plain, _ = _as_read(text)
    return (plain, *decoded_views(plain))


@lru_cache(maxsize=8192)
def _orders_in(text: str, asked: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    plain, places = _as_read(text)
    found = list(_spans(plain, asked))
    if not found:
        whole = is_broken_up(text) or any(_is_told(view, asked) for view in _views(text)[1:])
        return ((0, len(text)),) if whole else ()
    start = max((e.end() for e in _END.finditer(plain, 0, min(f[0] for f in found) + 1)), default=0)
    last = max(f[1] for f in found)
    after = _END.search(plain, max(0, last - 1))
    end = after.end() if after else len(plain)
    while start < end and plain[start].isspace():
        start += 1
    return ((places[start], places[end - 1] + 1),)


def orders_across(texts: Sequence[str], asked: tuple[str, ...] = ()) -> frozenset[int]:
    """Which of `texts`, short ones that follow each other, are parts of one order."""
    parts: set[int] = set()
    run: list[int] = []
    room = _MAX_RUN_CHARS
    for at, text in enumerate((*texts, "")):
        if text and len(text) <= _SHORT_CHARS:
            run.append(at)
            room -= len(text)
        if not text or len(text) > _SHORT_CHARS or room <= 0:
            parts |= _parts_of_order(texts, run, asked)
            run = run[len(run) // 2 :] if room <= 0 else []
            room = _MAX_RUN_CHARS - sum(len(texts[n]) for n in run)
    return frozenset(parts)


def _parts_of_order(texts: Sequence[str], run: Sequence[int], asked: tuple[str, ...]) -> set[int]:
    if len(run) < _MIN_PARTS:
        return set()
    joined, places = "", []
    for at in run:
        plain = without_blanks(_as_read(texts[at])[0])
        plain = plain.rstrip(" .…-–—") if plain.count(" ") < _FEW_WORDS else plain
        places.append((len(joined), len(joined) + len(plain), at))
        # In scripts without blanks, none may come between the parts of a word.
        joined += plain if _UNSPACED_END.search(plain) else f"{plain} "
    parts: set[int] = set()
    for start, end in _spans(joined, asked):
        touched = [n for n, (a, b, _) in enumerate(places) if a < end and start < b]
        if not touched:
            continue
        # What one part begins, the next ones may go on with.
        taken = {*touched, *_rest(texts, places, touched[-1])}
        if len(touched) < _MIN_PARTS:
            taken -= set(touched)  # seen in that part alone
        parts.update(places[n][2] for n in taken)
    return parts


def _rest(texts: Sequence[str], places: Sequence[tuple[int, int, int]], last: int) -> Iterator[int]:
    """What goes on behind the last part of an order, up to the end of its sentence."""
    for n in range(last, min(last + _MAX_MORE_PARTS, len(places))):
        yield n
        if texts[places[n][2]].rstrip().endswith((".", "!", "?", "。")):
            return


def _is_told(view: str, asked: tuple[str, ...]) -> bool:
    return any(True for _ in _spans(view, asked))


def is_order(text: str) -> bool:
    """Whether anything in `text` is addressed to a machine."""
    return bool(orders_in(text))


def without_orders(text: str) -> str:
    """`text` with what is addressed to a machine replaced by a mark that says so."""
    for start, end in reversed(orders_in(text)):
        text = f"{text[:start]}{LEFT_OUT}{text[end:]}"
    return text


def _spans(plain: str, asked: Sequence[str]) -> Iterator[tuple[int, int]]:
    yield from order_spans(plain, asked)
    folded = plain.lower()
    for words, order in _PATTERNS:
        if any(word in folded for word in words):
            yield from (match.span() for match in order.finditer(plain))


def _as_read(text: str) -> tuple[str, Sequence[int]]:
    """`text` without unseen signs and with plain letters for ornate ones, and where each of its
    signs stands in `text`."""
    if text.isascii() and text.isprintable():
        return text, range(len(text))
    signs = [(plain, at) for at, sign in enumerate(text) for plain in _plain(sign)]
    return "".join(sign for sign, _ in signs), tuple(at for _, at in signs)


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    if sign.isascii():
        return " " if sign.isspace() else sign if is_seen(sign) else ""
    if not is_seen(sign):
        return ""
    return " " if sign.isspace() else unicodedata.normalize("NFKC", sign)

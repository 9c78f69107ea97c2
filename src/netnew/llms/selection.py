"""Which model is used by default, and how available ones are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from netnew.domain.errors import InvalidInput, ModelMisconfigured
from netnew.llms.credentials import base_url_of, has_package, install_command, key_in_environment
from netnew.llms.model_names import ModelName, Vendor, clean_base_url
from netnew.llms.options import ModelOptions

# Small, cheap and able to follow a schema; each is in the price list.
DEFAULTS = {
    Vendor.OPENAI: "gpt-6-luna",
    Vendor.ANTHROPIC: "claude-haiku-5-5",
    Vendor.GOOGLE: "gemini-3.5-flash-lite",
}
_REACHED_WITHIN_S = 0.5
_NO_JUDGES = ("embed", "rerank", "whisper", "tts", "clip", "minilm", "bge-")

Reachable = Callable[[str, str], Sequence[str] | None]
"""The models that the server at a base URL lists, given its key; None if there is no response."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`name`: '' if no model is available. `why`: a sentence."""

    name: str
    why: str


def choose_model(wanted: str, options: ModelOptions, reachable: Reachable | None = None) -> Choice:
    """`wanted` (the setting `model`) where it is set; else the small model of the vendor whose key
    is in the environment; else the first model of the server at `options.base_url` or of an Ollama
    on this machine. It is quick: nothing but those two servers is asked, each for half a second.

    Raises InvalidInput for an address of the settings that is none.
    """
    if wanted:
        return Choice(wanted, "The setting `model` names it.")
    not_installed = []
    for vendor, model in DEFAULTS.items():
        variable = key_in_environment(vendor, options)
        if variable and has_package(vendor):
            return Choice(f"{vendor}:{model}", f"{variable} is set, and no model is named.")
        if variable:
            not_installed.append(f"{variable} is set, but {_missing_client(vendor)}")
    served = _choose_served(options, reachable or served_at)
    return served if served.name or not not_installed else Choice("", " ".join(not_installed))


def _missing_client(vendor: Vendor) -> str:
    return f"its client is not installed: {install_command(vendor)}."


def _choose_served(options: ModelOptions, reachable: Reachable) -> Choice:
    servers = [(Vendor.COMPATIBLE, _key_of_settings(options))] if options.base_url else []
    for vendor, key in (*servers, (Vendor.OLLAMA, "")):
        try:
            base_url = base_url_of(ModelName(vendor, "any"), options)
        except (InvalidInput, ModelMisconfigured):
            if vendor is Vendor.COMPATIBLE:
                raise
            continue
        names = [x for x in reachable(base_url, key) or () if _may_judge(x)]
        if names and not has_package(vendor):
            return Choice("", f"The server at {base_url} has models, but {_missing_client(vendor)}")
        if names:
            return Choice(f"{vendor}:{names[0]}", f"The server at {base_url} has it.")
    return Choice(
        "",
        "No model is named, no vendor's key is set, and no model server answers on this machine.",
    )


def served_at(base_url: str, key: str = "") -> Sequence[str] | None:
    """The names of the models at an OpenAI-compatible server; None if it does not respond in
    time."""
    import httpx2

    from netnew.net.loopback import is_loopback_url

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with httpx2.Client(
            timeout=_REACHED_WITHIN_S,
            trust_env=not is_loopback_url(base_url),
            follow_redirects=False,
        ) as http:
            answer = http.get(f"{base_url}/models", headers=headers)
            listed = answer.raise_for_status().json()["data"]
            return tuple(str(x["id"]) for x in listed)
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        return None


def _key_of_settings(options: ModelOptions) -> str:
    clean_base_url(options.base_url, "model_base_url")
    return options.api_key.strip()


def _may_judge(name: str) -> bool:
    return not any(x in name.lower() for x in _NO_JUDGES)

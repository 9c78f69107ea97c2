"""The vendors' clients, with their own retries and telemetry switched off."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.settings import ModelSettings

from netnew.llms.credentials import Credentials
from netnew.llms.model_names import ModelName, Vendor
from netnew.llms.options import ModelOptions
from netnew.llms.output_modes import OutputMode
from netnew.net.loopback import is_loopback_url

requests_sent: ContextVar[list[str]] = ContextVar("requests_sent")
"""Inside, a client records the address of each request it sends."""

responses_got: ContextVar[list[httpx2.Response]] = ContextVar("responses_got")
"""Inside, a client records the responses it gets."""

_CONNECT_S = 10.0
# Tokens for thinking, besides the answer; they count as output.
_TOKENS_TO_THINK = 4_000


@dataclass(slots=True)
class Client:
    """`output_modes_offered`: modes it may support. `spare_tokens`: added to the answer length
    for thinking."""

    model: Model
    http: httpx2.AsyncClient
    output_modes_offered: tuple[OutputMode, ...]
    settings: ModelSettings
    spare_tokens: int
    _new_length: bool = False

    def settings_for(self, max_tokens: int) -> ModelSettings:
        """The settings of a request with this maximum answer length."""
        most = max_tokens + self.spare_tokens
        if self._new_length:
            return ModelSettings(**self.settings, extra_body={"max_completion_tokens": most})
        return ModelSettings(**self.settings, max_tokens=most)

    def adapt(self, complaint: str) -> bool:
        """Omit or rename the setting that the server rejects; False if it is none of ours.
        Servers in front of OpenAI's models have both complaints."""
        if "max_completion_tokens" in complaint:
            self._new_length = True
        elif "temperature" in complaint:
            self.settings.pop("temperature", None)
        else:
            return False
        return True

    async def aclose(self) -> None:
        await self.http.aclose()


def open_client(name: ModelName, access: Credentials, options: ModelOptions) -> Client:
    """Imports the vendor's package on first use, which takes seconds."""
    http = _open_http(access, options, foreign=name.vendor.has_address)
    model = _OPENERS[name.vendor](name, access, http)
    profile = model.profile
    output_modes_offered = [OutputMode.TEXT]
    if profile.get("supports_json_object_output", False):
        output_modes_offered.insert(0, OutputMode.OBJECT)
    if profile.get("supports_json_schema_output", False):
        output_modes_offered.insert(0, OutputMode.SCHEMA)
    thinks = bool(profile.get("supports_thinking", False)) and not name.vendor.has_address
    settings = _settings(name, profile, options, thinks)
    return Client(
        model, http, tuple(output_modes_offered), settings, _TOKENS_TO_THINK if thinks else 0
    )


def _settings(
    name: ModelName, profile: ModelProfile, options: ModelOptions, thinks: bool
) -> ModelSettings:
    # Every request is counted and paced here, so the clients must not retry by themselves.
    settings = ModelSettings(
        timeout=options.timeout_s, request_timeout=options.timeout_s, max_retries=0
    )
    if thinks:
        if name.vendor is Vendor.GOOGLE or profile.get("thinking_enabled_by_default", False):
            settings["thinking"] = "low"
    elif not profile.get("anthropic_disallows_sampling_settings", False):
        settings["temperature"] = 0.0
    return settings


def _open_http(access: Credentials, options: ModelOptions, foreign: bool) -> httpx2.AsyncClient:
    connect_s = min(_CONNECT_S, options.timeout_s)
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(options.timeout_s, connect=connect_s),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=options.at_once),
        # A proxy is for the web, not for a server on this machine.
        trust_env=not is_loopback_url(access.base_url),
        follow_redirects=False,  # the key is for this address
        event_hooks={
            "request": [_note, _say_no_more if foreign else _say_nothing_of_us],
            "response": [_keep],
        },
    )


async def _note(request: httpx2.Request) -> None:
    requests_sent.get([]).append(str(request.url))


async def _keep(response: httpx2.Response) -> None:
    responses_got.get([]).append(response)


async def _say_nothing_of_us(request: httpx2.Request) -> None:
    """Omit what the clients report about this machine."""
    for name in [x for x in request.headers if x.lower().startswith("x-stainless-")]:
        del request.headers[name]


async def _say_no_more(request: httpx2.Request) -> None:
    """For servers other than the vendor's, omit our account at the vendor, too."""
    await _say_nothing_of_us(request)
    for name in ("OpenAI-Organization", "OpenAI-Project"):
        request.headers.pop(name, None)


def _open_openai(name: ModelName, access: Credentials, http: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    url = access.base_url or None
    provider = OpenAIProvider(base_url=url, api_key=access.key, http_client=http)
    return OpenAIChatModel(name.model, provider=provider)


def _open_anthropic(name: ModelName, access: Credentials, http: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    url = access.base_url or None
    provider = AnthropicProvider(base_url=url, api_key=access.key, http_client=http)
    return AnthropicModel(name.model, provider=provider)


def _open_google(name: ModelName, access: Credentials, http: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    url = access.base_url or None
    provider = GoogleProvider(base_url=url, api_key=access.key, http_client=http)
    return GoogleModel(name.model, provider=provider)


def _open_ollama(name: ModelName, access: Credentials, http: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.ollama import OllamaModel
    from pydantic_ai.providers.ollama import OllamaProvider

    key = access.key or "none"
    provider = OllamaProvider(base_url=access.base_url, api_key=key, http_client=http)
    profile = _with_old_length(OllamaModel(name.model, provider=provider).profile)
    return OllamaModel(name.model, provider=provider, profile=profile)


def _open_compatible(name: ModelName, access: Credentials, http: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles import merge_profile
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    key = access.key or "none"
    provider = OpenAICompatibleProvider(
        "compatible", base_url=access.base_url, api_key=key, http_client=http
    )
    # What the server supports is learned from its answers.
    asked = ModelProfile(supports_json_schema_output=True, supports_json_object_output=True)
    profile = merge_profile(provider.model_profile(name.model), asked)
    return OpenAIChatModel(name.model, provider=provider, profile=_with_old_length(profile))


def _with_old_length(profile: ModelProfile) -> ModelProfile:
    """Use the older name of the maximum length, which more servers know."""
    from pydantic_ai.profiles import merge_profile
    from pydantic_ai.profiles.openai import OpenAIModelProfile

    return merge_profile(
        profile, OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
    )


_OPENERS: dict[Vendor, Callable[[ModelName, Credentials, httpx2.AsyncClient], Model]] = {
    Vendor.OPENAI: _open_openai,
    Vendor.ANTHROPIC: _open_anthropic,
    Vendor.GOOGLE: _open_google,
    Vendor.OLLAMA: _open_ollama,
    Vendor.COMPATIBLE: _open_compatible,
}

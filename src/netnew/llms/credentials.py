"""Where a model is served, with which key, and by which package it is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import urlsplit

from netnew.domain.errors import ModelMisconfigured
from netnew.llms.model_names import ModelName, Vendor, clean_base_url
from netnew.llms.options import ModelOptions

OLLAMA_URL = "http://localhost:11434/v1"
KEY_VARIABLES = {
    Vendor.OPENAI: ("OPENAI_API_KEY",),
    Vendor.ANTHROPIC: ("ANTHROPIC_API_KEY",),
    Vendor.GOOGLE: ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
}
_URL_VARIABLES = {
    Vendor.OPENAI: "OPENAI_BASE_URL",
    Vendor.ANTHROPIC: "ANTHROPIC_BASE_URL",
    Vendor.GOOGLE: "GOOGLE_GEMINI_BASE_URL",
    Vendor.OLLAMA: "OLLAMA_BASE_URL",
}
# The packages that are imported, and the extra that installs them. Ollama and every compatible
# server speak OpenAI's wire format.
_OPENAI_PACKAGES = (("pydantic_ai", "openai"), "netnew[openai]")
_PACKAGES = {
    Vendor.OPENAI: _OPENAI_PACKAGES,
    Vendor.OLLAMA: _OPENAI_PACKAGES,
    Vendor.COMPATIBLE: _OPENAI_PACKAGES,
    Vendor.ANTHROPIC: (("pydantic_ai", "anthropic"), "netnew[anthropic]"),
    Vendor.GOOGLE: (("pydantic_ai", "google.genai"), "netnew[google]"),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """`base_url`: '' for the vendor's own. `key`: '' if none is sent."""

    base_url: str
    key: str = field(repr=False)


def credentials_for(name: ModelName, options: ModelOptions) -> Credentials:
    """Raises ModelMisconfigured if a key, an address or a package is missing."""
    _need_package(name)
    if name.vendor in KEY_VARIABLES:
        variable = _URL_VARIABLES[name.vendor]
        address = (options.look_up(variable) or "").strip()
        base_url = clean_base_url(address, variable) if address else ""
        return Credentials(base_url, _vendor_key(name, options))
    base_url = base_url_of(name, options)
    return Credentials(
        base_url, _clean_key(str(name), "NETNEW_MODEL_API_KEY", _own_key(base_url, options))
    )


def base_url_of(name: ModelName, options: ModelOptions) -> str:
    """The address of an Ollama or compatible model; raises ModelMisconfigured if none is set."""
    if name.base_url:
        return name.base_url
    if name.vendor is Vendor.OLLAMA:
        url = options.look_up(_URL_VARIABLES[Vendor.OLLAMA]) or OLLAMA_URL
        return clean_base_url(url, "OLLAMA_BASE_URL")
    if options.base_url:
        return clean_base_url(options.base_url, "model_base_url")
    raise ModelMisconfigured(
        str(name),
        f"set NETNEW_MODEL_BASE_URL to its server, or write {name}@http://host:port/v1",
    )


def key_in_environment(vendor: Vendor, options: ModelOptions) -> str:
    """The name of the variable with the vendor's key, '' if none is set."""
    return next((x for x in KEY_VARIABLES[vendor] if (options.look_up(x) or "").strip()), "")


def has_package(vendor: Vendor) -> bool:
    """Whether the packages for this vendor's models are installed; imports nothing."""
    return all(map(_is_installed, _PACKAGES[vendor][0]))


def install_command(vendor: Vendor) -> str:
    """The command that installs them."""
    return f"pip install '{_PACKAGES[vendor][1]}'"


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # of the package above it
        return False


def _need_package(name: ModelName) -> None:
    if not has_package(name.vendor):
        command = install_command(name.vendor)
        raise ModelMisconfigured(str(name), f"its client is not installed: {command}")


def _vendor_key(name: ModelName, options: ModelOptions) -> str:
    variable = key_in_environment(name.vendor, options)
    if not variable:
        known = " or ".join(KEY_VARIABLES[name.vendor])
        raise ModelMisconfigured(str(name), f"no key: set the environment variable {known}")
    return _clean_key(str(name), variable, options.look_up(variable) or "")


def _own_key(base_url: str, options: ModelOptions) -> str:
    """The key of the settings, only for the server of the settings: whoever chooses a model may
    name any address, which must not get the key."""
    if not options.api_key or not options.base_url:
        return ""
    theirs = urlsplit(clean_base_url(options.base_url, "model_base_url"))
    ours = urlsplit(base_url)
    same = (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)
    return options.api_key if same else ""


def _clean_key(name: str, variable: str, key: str) -> str:
    key = key.strip()
    if not all("!" <= c <= "~" for c in key):
        # A client would report this, too, but with the key in its message.
        raise ModelMisconfigured(name, f"{variable} holds characters that no key has")
    return key

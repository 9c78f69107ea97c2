"""Names of models: vendor, name, and the server's address if needed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from netnew.domain.errors import InvalidInput

EXAMPLES = (
    "openai:NAME, anthropic:NAME, google:NAME, ollama:NAME, compatible:NAME,"
    " compatible:NAME@http://host:port/v1, gguf:FILE; such as openai:gpt-6-luna"
)


class Vendor(StrEnum):
    """Who serves a model. Only `ollama` and `compatible` may have an address in the name; `gguf`
    is a file that we serve ourselves."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    OLLAMA = "ollama"
    COMPATIBLE = "compatible"
    GGUF = "gguf"

    @property
    def has_address(self) -> bool:
        return self in (Vendor.OLLAMA, Vendor.COMPATIBLE)


@dataclass(frozen=True, slots=True)
class ModelName:
    """`base_url`: the address in the name, '' without one."""

    vendor: Vendor
    model: str
    base_url: str = ""

    def __str__(self) -> str:
        return f"{self.vendor}:{self.model}" + (f"@{self.base_url}" if self.base_url else "")


def parse_model(text: str, field: str = "model") -> ModelName:
    """`text` as the name of one model. Raises InvalidInput, with `field` as the caller's name of
    it."""
    prefix, _, rest = text.strip().partition(":")
    try:
        vendor = Vendor(prefix)
    except ValueError:
        raise InvalidInput(field, f"{text!r} names no model", EXAMPLES) from None
    if vendor is Vendor.GGUF:
        return ModelName(vendor, _file(text, rest, field))
    model, _, address = rest.rpartition("@http") if "@http" in rest else (rest, "", "")
    if not model or any(c.isspace() or c in ",>" for c in rest) or "://" in model:
        raise InvalidInput(field, f"{text!r} names no model of {vendor}", EXAMPLES)
    if not address:
        return ModelName(vendor, model)
    if not vendor.has_address:
        raise InvalidInput(field, f"{vendor} models have an address of their own", EXAMPLES)
    return ModelName(vendor, model, clean_base_url(f"http{address}", field))


def _file(text: str, path: str, field: str) -> str:
    path = path.strip()
    if not path or "@http" in path or any(c in ",>\n" for c in path):
        example = "gguf:FILE, the path of a model file, without commas and '>'"
        raise InvalidInput(
            field, f"{text!r} names no model file", f"{example}; such as gguf:m.gguf"
        )
    return path


def parse_models(text: str, field: str = "model") -> tuple[ModelName, ...]:
    """'A,B' as several models, in order of preference. Raises InvalidInput."""
    return tuple(parse_model(each, field) for each in text.split(","))


def clean_base_url(text: str, field: str) -> str:
    """An address as the clients need it: with a path, 'http://host:8000/v1'. Raises
    InvalidInput."""
    example = "an address such as http://localhost:8000/v1"
    try:
        parts = urlsplit(text.strip())
        _ = parts.port  # raises where it is no number
    except ValueError as error:
        raise InvalidInput(field, "holds an address that cannot be read", example) from error
    if parts.username is not None or parts.password is not None:
        # Names of models are shown and stored.
        raise InvalidInput(field, "holds a password in an address", example)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInput(field, f"{text!r} is no address of a server", example)
    path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
    return f"{parts.scheme}://{parts.netloc}{path}"

"""What a model costs, by the settings or the installed price list.

The list is part of the package genai-prices. The package can fetch newer ones in the background;
nothing here starts that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netnew.domain.price import Price
from netnew.llms.model_names import ModelName, Vendor

if TYPE_CHECKING:
    from pydantic_ai.usage import RequestUsage

_LISTED = (Vendor.OPENAI, Vendor.ANTHROPIC, Vendor.GOOGLE)


def listed_price(name: ModelName, base_url: str = "") -> Price | None:
    """The list price, without discounts for cached or surcharges for very long prompts. None if
    the list has none: the cost of local models is unknown here."""
    where = _where(name, base_url)
    if where is None:
        return None
    from genai_prices.data_snapshot import get_snapshot

    try:
        _, model = get_snapshot().find_provider_model(name.model, provider=None, **where)
    except LookupError:
        return None
    prices = _prices_now(model)
    asked, answered = _base(prices.input_mtok), _base(prices.output_mtok)
    return None if asked is None or answered is None else Price(asked, answered)


def listed_cost(name: ModelName, usage: RequestUsage, base_url: str = "") -> float | None:
    """The cost of one request in US dollars by the list, with cached tokens at their price; None
    if unknown."""
    where = _where(name, base_url)
    if where is None:
        return None
    from genai_prices.data_snapshot import get_snapshot

    try:
        found = get_snapshot().calc(usage, name.model, genai_request_timestamp=None, **where)
    except (LookupError, ValueError):
        return None
    return float(found.total_price)


def _where(name: ModelName, base_url: str) -> dict[str, Any] | None:
    if name.vendor in _LISTED:
        return {"provider_id": str(name.vendor), "provider_api_url": None}
    if name.vendor is Vendor.COMPATIBLE:
        return {"provider_id": None, "provider_api_url": base_url}
    return None


def _prices_now(model: Any) -> Any:
    from datetime import UTC, datetime

    return model.get_prices(datetime.now(UTC))


def _base(price: Any) -> float | None:
    """Dollars per million tokens; for tiered prices, that of short prompts."""
    if price is None:
        return None
    return float(getattr(price, "base", price))

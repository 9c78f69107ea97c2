"""From a name to a model that can be asked."""

from __future__ import annotations

from netnew.llms.fallback import Fallback
from netnew.llms.names import parse_models
from netnew.llms.options import ModelOptions
from netnew.llms.served import ServedModel


def open_model(
    name: str, options: ModelOptions | None = None, field: str = "model"
) -> ServedModel | Fallback:
    """The model of that name, or of several ('A,B': B where A is unavailable). Nothing is asked and
    no client imported yet. To be closed with `aclose`, or by `async with`.

    Raises InvalidInput for what is no name (`field`: the caller's name of it), ModelMisconfigured
    where a key, an address or a package is missing.
    """
    options = options or ModelOptions()
    models = [ServedModel(each, options) for each in parse_models(name, field)]
    return models[0] if len(models) == 1 else Fallback(models, options)

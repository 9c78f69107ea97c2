"""Opens a model by its name."""

from __future__ import annotations

from netnew.domain.errors import InvalidInput
from netnew.llms.fallback import Fallback
from netnew.llms.gguf.model import GgufModel
from netnew.llms.model_names import Vendor, parse_models
from netnew.llms.options import ModelOptions
from netnew.llms.remote_model import RemoteModel


def open_model(
    name: str, options: ModelOptions | None = None, field: str = "model"
) -> RemoteModel | GgufModel | Fallback:
    """The model of that name, or several ('A,B': B if A is unavailable). Nothing is called or
    imported yet. Close it with `aclose` or `async with`.

    Raises InvalidInput for an invalid name (`field`: the caller's name of it),
    ModelMisconfigured if a key, an address or a package is missing."""
    options = options or ModelOptions()
    names = parse_models(name, field)
    if any(each.vendor is Vendor.GGUF for each in names):
        if len(names) > 1:
            raise InvalidInput(
                field, "a model file stands alone, or as SMALL or LARGE of a cascade"
            )
        return GgufModel(names[0], options)
    models = [RemoteModel(each, options) for each in names]
    return models[0] if len(models) == 1 else Fallback(models, options)

"""Models behind servers: the vendors, any OpenAI-compatible endpoint, and model files served here.

`open_model` returns a `LanguageModel` for a name. Vendors' clients are imported on first use:
that takes seconds, and most commands use no model."""

from netnew.llms.call_limits import ModelCallLimits
from netnew.llms.capabilities import Capability, probe
from netnew.llms.factory import open_model
from netnew.llms.fallback import Fallback
from netnew.llms.gguf.model import GgufModel
from netnew.llms.inspection import ModelReport, inspect
from netnew.llms.model_names import EXAMPLES, ModelName, parse_model, parse_models
from netnew.llms.options import ModelOptions
from netnew.llms.remote_model import RemoteModel
from netnew.llms.selection import Choice, choose_model, served_at

__all__ = [
    "EXAMPLES",
    "Capability",
    "Choice",
    "Fallback",
    "GgufModel",
    "ModelCallLimits",
    "ModelName",
    "ModelOptions",
    "ModelReport",
    "RemoteModel",
    "choose_model",
    "inspect",
    "open_model",
    "parse_model",
    "parse_models",
    "probe",
    "served_at",
]

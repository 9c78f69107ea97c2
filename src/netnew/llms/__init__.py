"""Models behind servers: the vendors, any OpenAI-compatible endpoint, and model files served here.

`open_model` gives a `LanguageModel` for a name. The clients of the vendors are imported when a
model is first asked: that takes seconds, and most commands ask none.
"""

from netnew.llms.choosing import Choice, choose_model, served_at
from netnew.llms.fallback import Fallback
from netnew.llms.gguf import GgufModel
from netnew.llms.limits import CallLimits
from netnew.llms.looking import Seen, look_at
from netnew.llms.names import EXAMPLES, ModelName, parse_model, parse_models
from netnew.llms.opening import open_model
from netnew.llms.options import ModelOptions
from netnew.llms.probing import Capability, probe
from netnew.llms.served import ServedModel

__all__ = [
    "EXAMPLES",
    "CallLimits",
    "Capability",
    "Choice",
    "Fallback",
    "GgufModel",
    "ModelName",
    "ModelOptions",
    "Seen",
    "ServedModel",
    "choose_model",
    "look_at",
    "open_model",
    "parse_model",
    "parse_models",
    "probe",
    "served_at",
]

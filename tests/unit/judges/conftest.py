"""Makes the helpers of tests/support importable."""

import sys
from pathlib import Path

_SUPPORT = str(Path(__file__).parents[2] / "support")
if _SUPPORT not in sys.path:
    sys.path.insert(0, _SUPPORT)

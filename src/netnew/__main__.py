"""Where the program begins: `netnew` and `python -m netnew`."""

from __future__ import annotations

import os
import signal
from types import FrameType

_STOPPED = 130


def main() -> None:
    """Run the command line. Ctrl-C ends the process quietly, even while it is still starting."""
    # An exception raised amid imports may be taken for a missing module; leaving may not.
    before = signal.signal(signal.SIGINT, _leave)
    from netnew.cli.main import app
    from netnew.gc_threshold import raise_gc_threshold

    raise_gc_threshold()
    signal.signal(signal.SIGINT, before)
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(_STOPPED) from None


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(_STOPPED)


if __name__ == "__main__":
    main()

"""The line on standard error and the exit code of each kind of error."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any

from typer import Abort
from typer.core import TyperGroup
from typer.exceptions import TyperException

from netnew.cli.consoles import clean
from netnew.domain.errors import (
    CallerError,
    InvalidInput,
    NetnewError,
    SourceMisconfigured,
    SourceUnavailable,
)
from netnew.error_log import ERRORS

FAILED = 1
WRONG_USAGE = 2
STOPPED = 130

SOURCES_TO_TRY = (
    "Sources to try: --source pyenv (the Python packages installed here),"
    " --source csv:FILE (your own list), --source web:searxng=URL (a search server)."
)


class OneLineErrors(TyperGroup):
    """The root group: any error ends in one line instead of a traceback.

    NETNEW_DEBUG shows the traceback.
    """

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        try:
            code = super().main(
                args, prog_name or "netnew", complete_var, False, windows_expand_args, **extra
            )
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader (`| head`) is gone, and what is still buffered with it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)
        except Exception as error:
            if os.environ.get("NETNEW_DEBUG"):
                raise
            for line in error_line(error):
                print(line, file=sys.stderr)
            sys.exit(exit_code(error))
        sys.exit(code if isinstance(code, int) else 0)


def error_line(error: Exception) -> list[str]:
    """The lines for the user: 'netnew: field: problem (allowed: …)', and a hint if there is one."""
    match error:
        case TyperException():
            return [f"netnew: {_wrong_value(error) or _usage(error)}"]
        case Abort():
            return ["netnew: stopped"]
        case SourceMisconfigured() | SourceUnavailable():
            return [f"netnew: {clean(str(error))}", SOURCES_TO_TRY]
        case NetnewError():
            return [f"netnew: {clean(str(error))}"]
        case NotImplementedError():
            return ["netnew: not implemented yet"]
        case _:
            what = clean(f"{type(error).__name__}: {error}")
            path = ERRORS.record(error, "a command failed")
            where = f"details in {clean(str(path))}" if path else "NETNEW_DEBUG=1 shows where"
            return [f"netnew: unexpected error: {what} ({where})"]


def exit_code(error: Exception) -> int:
    match error:
        case CallerError():
            return WRONG_USAGE
        case TyperException():
            return error.exit_code
        case Abort():
            return STOPPED
        case _:
            return FAILED


def _wrong_value(error: TyperException) -> str:
    """'--limit: 'abc' is not a whole number (allowed: 1 to 100,000)'; '' for other errors."""
    from pydantic import ValidationError  # only usage errors need it

    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return ""
    parameter = getattr(error, "param", None)
    names: Sequence[str] = getattr(parameter, "opts", ())
    if names and names[0].startswith("-"):
        field = max(names, key=len)
    else:
        field = getattr(parameter, "metavar", None) or ""
    first = cause.errors(include_url=False)[0]
    given = clean(str(first["input"]))
    choices = re.fullmatch(r"Value error, .* is not one of (.*?)\.?", first["msg"], re.DOTALL)
    if choices:
        problem, allowed = "is not a choice", choices[1].replace("'", "")
    elif first["type"].startswith(("int", "float")):
        problem = "is not a whole number" if first["type"].startswith("int") else "is not a number"
        allowed = _range(parameter)
    else:
        problem, allowed = "is out of range", _range(parameter)
    if not field or not allowed:
        return ""
    return str(InvalidInput(field, f"{given!r} {problem}", allowed))


def _range(parameter: object) -> str:
    """'1 to 100,000', '0 or more'; '' if the range is not known."""
    # Typer has no public access to the range; without it Typer's own sentence is printed.
    facts = getattr(getattr(parameter, "_runtime_param", None), "parameter_info", None)
    least, most = getattr(facts, "min", None), getattr(facts, "max", None)
    if least is None:
        return ""
    return f"{least:,} or more" if most is None else f"{least:,} to {most:,}"


def _usage(error: TyperException) -> str:
    """Typer's sentence in our form: "Invalid value for '--limit': x." is '--limit: x'."""
    text = " ".join(clean(error.format_message()).split()).rstrip(".")
    text = re.sub(r"^Invalid value for ['\"]?([^:'\"]+?)['\"]?(?: / [^:]+)?: ", r"\1: ", text)
    text = re.sub(r"^Missing (?:argument|option) ['\"]?([^'\"]+)['\"]?", r"\1: is missing", text)
    field, colon, problem = text.partition(": ")
    if colon and (field.startswith("-") or field.isupper()):
        return f"{field}: {problem[:1].lower()}{problem[1:]}"
    return text[:1].lower() + text[1:]

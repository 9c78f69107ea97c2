"""Creates runs for callers of any dialect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from netnew.api.auth import Caller
from netnew.domain.condition import MatchCondition
from netnew.domain.errors import AddressRefused, InvalidInput
from netnew.domain.ids import RunId
from netnew.domain.run import Run, RunSpec
from netnew.domain.webhook import Webhook
from netnew.net.ssrf_guard import AddressGuard
from netnew.ports.store import Join


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A webhook requested with a run; `field`: the dialect's name of its address."""

    face: str
    url: str
    wants: tuple[str, ...]
    secret: str = ""
    field: str = "webhook.url"


async def create_run(
    caller: Caller, spec: RunSpec, hook: WebhookRequest | None = None, as_id: RunId | None = None
) -> Run:
    """Create a queued run with its webhook; it counts towards the caller's runs per hour. No model
    is waited for: if one should read the objective, the run is `unread`, and its worker does that.

    Raises InvalidInput, NotFound, QuotaExceeded; Conflict if run `as_id` exists."""
    api = caller.api
    if hook is not None:
        check_address(hook, api.settings.webhook_private_addresses)
    api.begun.take(caller.key_id)
    planned = await caller.service.plan(spec, reads=False)
    if _asks_nothing(planned.spec):
        planned = await caller.service.plan(_to_be_proved(spec), reads=False)

    def joining(run_id: RunId) -> Sequence[Join]:
        if hook is None or not hook.wants:
            return ()
        return (api.webhooks.attach(_webhook(caller, run_id, hook)),)

    return await caller.service.begin(planned, as_id=as_id, joining=joining)


async def with_fallback_condition(caller: Caller, spec: RunSpec) -> RunSpec:
    """`spec`, with its objective as the condition if none can be read from it, so that every
    match has a quote."""
    planned = await caller.service.plan(spec, reads=False)
    return _to_be_proved(spec) if _asks_nothing(planned.spec) else spec


def _asks_nothing(spec: RunSpec) -> bool:
    return not spec.conditions and not spec.unread


def _to_be_proved(spec: RunSpec) -> RunSpec:
    return replace(spec, conditions=(MatchCondition("matches_objective", spec.objective),))


def check_address(hook: WebhookRequest, allow_private: bool) -> None:
    """Raise InvalidInput if nothing may be sent to that address, as far as it shows; it is
    checked again at every attempt, with what its name resolves to."""
    try:
        AddressGuard(allow_private).checked_url(hook.url)
    except AddressRefused as error:
        allowed = "a public http or https address"
        raise InvalidInput(hook.field, f"refused: {error.reason}", allowed) from None


def _webhook(caller: Caller, run_id: RunId, hook: WebhookRequest) -> Webhook:
    api = caller.api
    return Webhook(
        id=f"hook_{api.ids.uuid().hex}",
        run_id=run_id,
        workspace_id=caller.workspace_id,
        face=hook.face,
        url=hook.url,
        wants=hook.wants,
        secret=hook.secret,
        created_at=api.clock.now(),
    )

"""What a receiver checks the signature of webhooks by."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from netnew.api.caller import TheCaller
from netnew.api.guarded import GuardedRoute
from netnew.api.own.errors import refusals

router = APIRouter(route_class=GuardedRoute)


class SecretView(BaseModel):
    secret: str = Field(
        description="`whsec_` and the key in base64.",
        examples=["whsec_bm90IGEgc2VjcmV0LCBidXQgYW4gZXhhbXBsZSBvZiBvbmU="],
    )


@router.get("/webhook-secret", responses=refusals(403))
async def show_webhook_secret(caller: TheCaller) -> SecretView:
    """The secret that signs webhooks of the workspace by the standard scheme; made when it is first
    asked for. It needs a key of full scope: who has it can sign."""
    caller.check_full_scope()
    return SecretView(secret=await caller.house.webhooks.secret_of(caller.workspace_id))

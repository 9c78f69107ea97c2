"""What a receiver checks the signature of webhooks by."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from netnew.api.auth import CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.netnew.errors import refusals

router = APIRouter(route_class=AuthenticatedRoute)


class SecretView(BaseModel):
    secret: str = Field(
        description="`whsec_` and the key in base64.",
        examples=["whsec_bm90IGEgc2VjcmV0LCBidXQgYW4gZXhhbXBsZSBvZiBvbmU="],
    )


@router.get("/webhook-secret", responses=refusals(403))
async def show_webhook_secret(caller: CurrentCaller) -> SecretView:
    """The secret that signs webhooks of the workspace by the standard scheme, created on first
    use. It needs a key of full scope, because its holder can sign."""
    caller.check_full_scope()
    return SecretView(secret=await caller.api.webhooks.secret_of(caller.workspace_id))

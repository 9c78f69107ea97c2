"""Who asks and what may be spent: what clients look at before they begin. Nothing is billed here.

A client that reads the plan first stops unless no subscription is needed, or it is a paid one.
"""

from __future__ import annotations

from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter
from pydantic import BaseModel, Field

from netnew.api.auth import Caller, CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.extruct.error_responses import EVERYWHERE

ENOUGH_CREDITS = 1_000_000_000

router = APIRouter(route_class=AuthenticatedRoute, tags=["user"])
open_to_all = APIRouter(tags=["health"])


class User(BaseModel):
    """The key as a user, its workspace as an organization."""

    user_id: str
    email: Annotated[str, Field(description="A placeholder address.")]
    available_credits: Annotated[int, Field(description="Constant: nothing is billed.")]
    organization_id: str | None
    organization_name: str | None
    organization_slug: str | None
    organization_is_active: bool | None


class Subscription(BaseModel):
    requires_subscription: bool = False
    plan_tier: str = "pro"


class Billing(BaseModel):
    user: User
    subscription: Subscription = Subscription()


class HealthView(BaseModel):
    status: str = "ok"


@router.get("/v1/user", responses=EVERYWHERE)
async def get_user(caller: CurrentCaller) -> User:
    """The key as a user."""
    return _user(caller)


@router.get("/v1/billing", responses=EVERYWHERE)
async def get_billing(caller: CurrentCaller) -> Billing:
    """The plan: a paid one that is never used up."""
    return Billing(user=_user(caller))


@open_to_all.get("/v1/healthcheck")
async def healthcheck() -> HealthView:
    """Whether the server responds. Needs no key."""
    return HealthView()


def _user(caller: Caller) -> User:
    workspace = caller.workspace_id
    return User(
        user_id=_uuid(f"{workspace}/{caller.key_id}"),
        email=f"{caller.key_id}@{workspace}.invalid",
        available_credits=ENOUGH_CREDITS,
        organization_id=_uuid(workspace),
        organization_name=workspace,
        organization_slug=workspace,
        organization_is_active=True,
    )


def _uuid(name: str) -> str:
    """The same for the same name, always."""
    return str(uuid5(NAMESPACE_URL, f"urn:netnew:{name}"))

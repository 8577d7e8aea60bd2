"""`/v1/limits`: what keys, users and stores may use."""

import dataclasses
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from server.errors import UnknownLimit
from server.http import page_among, paging
from server.limits.meter import Meter
from server.model import Allowance, Caller, Page, Role
from server.ports import Allowances, Gate

_SUBJECT = re.compile(r"(key|user|store):[\w.-]{1,128}")
_Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
_Size = Annotated[int, Field(ge=0, le=2**53)]


class AllowanceRequest(BaseModel):
    """What is to be allowed; what is left out or null is as for everybody."""

    model_config = ConfigDict(extra="forbid", strict=True)

    requests_per_minute: _Count | None = None
    tokens_per_minute: _Count | None = None
    streams: _Count | None = None
    upload_bytes: _Size | None = None
    store_bytes: _Size | None = None
    tokens_per_month: _Size | None = None


def limits_router(meter: Meter, rows: Allowances, gate: Gate) -> APIRouter:
    """The routes of limits: administrators set them, and everybody sees the own ones."""
    router = APIRouter(prefix="/v1/limits", tags=["limits"])
    reader, admin = Depends(gate.needs(Role.READER)), Depends(gate.needs(Role.ADMIN))

    def shown(subject: str) -> dict[str, Any]:
        used, streams = meter.usage(subject), meter.account(subject).streams
        return {
            "id": subject,
            "object": "limits",
            **dataclasses.asdict(meter.allowance(subject)),
            "set": dataclasses.asdict(meter.set_for(subject)),
            "used": {"requests_this_month": used.requests, "tokens_this_month": used.tokens, "streams": streams},
        }

    def changed(subject: str) -> dict[str, Any]:
        meter.refresh()
        return shown(subject)

    @router.get("/me")
    async def own_limits(caller: Caller = reader) -> dict[str, Any]:
        """What the caller may use, and what it used of it; `key`: the same of its key, if limits were set for it too.
        All of them hold."""
        own, *of_key = meter.subjects(caller)
        return {**shown(own), "key": shown(of_key[0]) if of_key else None}

    @router.get("", dependencies=[admin])
    def list_limits(
        used: Annotated[bool, Query()] = False,
        page: Page = paging(usual=1000, most=1000, order="asc"),
    ) -> dict[str, Any]:
        """What was set for keys, users and stores; with `used`, also who asked anything this month: who used the most
        tokens first."""
        subjects = sorted(meter.known() if used else rows.all())
        if used:
            subjects.sort(key=lambda subject: -meter.usage(subject).tokens)
        return page_among([shown(subject) for subject in subjects], page)

    @router.get("/{subject}", dependencies=[admin])
    def get_limits(subject: str) -> dict[str, Any]:
        """What a key, a user or a store may use."""
        return shown(_checked(subject))

    @router.put("/{subject}", dependencies=[admin])
    async def put_limits(subject: str, body: AllowanceRequest) -> dict[str, Any]:
        """Sets what a key, a user or a store may use, in place of what was set before."""
        await run_in_threadpool(rows.put, _checked(subject), Allowance(**body.model_dump()))
        return await run_in_threadpool(changed, subject)

    @router.delete("/{subject}", dependencies=[admin])
    def delete_limits(subject: str) -> dict[str, Any]:
        """Has a key, a user or a store may what everybody may."""
        if not rows.remove(_checked(subject)):
            raise UnknownLimit(subject=subject)
        meter.refresh()
        return {"id": subject, "object": "limits.deleted", "deleted": True}

    return router


def _checked(subject: str) -> str:
    if not _SUBJECT.fullmatch(subject):
        raise UnknownLimit(subject=subject)
    return subject

"""Who sends a request, and whether that role may do it: FastAPI dependencies."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from server.access.callers import Callers
from server.access.pages import opens
from server.access.scopes import scope_of
from server.errors import Forbidden, OutOfScope
from server.model import Caller, Role
from server.ports import Rights


class Gate:
    """Lets requests in by who calls and what their role admits to."""

    def __init__(self, callers: Callers, rights: Rights) -> None:
        self._callers = callers
        self._rights = rights

    async def caller(self, request: Request) -> Caller:
        """Who is asking, whatever the role. Raises what `Callers.of` does."""
        return await self._callers.of(request)

    async def known(self, request: Request) -> Caller:
        """A dependency that gives the caller, whatever the role; a key limited to scopes has to have that of the route.
        Raises OutOfScope, and what `Callers.of` does."""
        caller = await self.caller(request)
        if caller.origins is not None and not opens(request.method, request.scope["path"]):
            raise OutOfScope(scopes="asking and searching from web pages", needed="a key without origins")
        if caller.scopes is not None:
            needed = scope_of(request.method, request.scope["path"])
            if needed is not None and needed not in caller.scopes:
                raise OutOfScope(scopes=", ".join(sorted(caller.scopes)) or "nothing", needed=needed)
        return caller

    def needs(self, role: Role) -> Callable[[Request], Awaitable[Caller]]:
        """A dependency that gives the caller if the role covers this one, and raises Forbidden else; OutOfScope, if it
        takes an administrator and the key is limited to some stores or models: Lectern as a whole is not among them."""

        async def admitted(request: Request) -> Caller:
            caller = await self.known(request)
            if not caller.role.covers(role):
                raise Forbidden(role=caller.role, needed=role)
            if role in {Role.ADMIN, Role.AUDITOR}:
                check_whole(caller)
            return caller

        return admitted

    def somewhere(self, role: Role) -> Callable[[Request], Awaitable[Caller]]:
        """A dependency that gives the caller if it has this role in the installation or in any store, and raises
        Forbidden else."""

        async def admitted(request: Request) -> Caller:
            caller = await self.known(request)
            await run_in_threadpool(self._rights.somewhere, caller, role)
            return caller

        return admitted

    def store(self, role: Role) -> Callable[[Request], Awaitable[Caller]]:
        """A dependency that gives the caller if it has this role in the store of the path, and may read the path's
        file. Raises UnknownStore, UnknownFile, Forbidden else."""

        async def admitted(request: Request) -> Caller:
            caller = await self.known(request)
            store_id, file_id = request.path_params["store_id"], request.path_params.get("file_id")

            def check() -> None:
                self._rights.in_store(caller, store_id, role)
                if file_id is not None:
                    self._rights.of_file(caller, file_id, Role.READER)

            await run_in_threadpool(check)
            return caller

        return admitted

    def file(self, role: Role) -> Callable[[Request], Awaitable[Caller]]:
        """A dependency that gives the caller if it has this role for the file of the path. Raises UnknownFile,
        Forbidden else."""

        async def admitted(request: Request) -> Caller:
            caller = await self.known(request)
            await run_in_threadpool(self._rights.of_file, caller, request.path_params["file_id"], role)
            return caller

        return admitted

    def forget(self) -> None:
        """Asks the database again for everybody: a key, a session or a user has changed."""
        self._callers.forget()


def check_whole(caller: Caller) -> None:
    """Returns if Lectern as a whole is open to the caller. Raises OutOfScope: its key is limited to some stores or
    models."""
    if caller.stores is not None or caller.models is not None:
        raise OutOfScope(scopes="some stores or models", needed="all of them")

"""What is left in the browser of somebody who has signed out."""

import pytest

from tests.unit.server.portal.conftest import Run

SIGN_OUT = """
const storage = (kept) => Object.defineProperty(kept, "removeItem", { value: (name) => delete kept[name] });
globalThis.sessionStorage = storage({ "lectern.ask.draft": "Is the merger on?" });
const uploads = { "lectern.upload.vs_1|merger.pdf|9|1": "{}", "lectern.upload.vs_1|b.pdf|9|1": "{}" };
globalThis.localStorage = storage({ ...uploads, "lectern.theme": "dark" });
globalThis.location = { assign: () => {} };
const answered = (path) => (path === "/portal/sign_out" ? given : { name: null });
globalThis.fetch = async (path) => (given.refused ? Response.error() : Response.json(answered(path)));
const { signOut } = await import("./core/session.js");
await signOut().catch(() => null);
tell({ ...sessionStorage, ...localStorage });
"""


@pytest.mark.parametrize("elsewhere", [None, {"url": "https://issuer.example/end"}], ids=["here", "at the issuer, too"])
def test_nothing_of_the_work_is_left_and_the_looks_stay(run: Run, elsewhere: dict[str, str] | None) -> None:
    assert run(SIGN_OUT, elsewhere or False) == {"lectern.theme": "dark"}


def test_who_could_not_sign_out_loses_nothing(run: Run) -> None:
    assert len(run(SIGN_OUT, {"refused": True})) == 4

"""What the portal's sessions take a browser's word for."""

import httpx

from tests.serving import Serving


def test_what_a_stranger_says_of_its_address_does_not_count(lectern: Serving) -> None:
    said = {"X-Lectern-Portal": "1", "X-Forwarded-For": "203.0.113.77", "X-Forwarded-Proto": "https"}
    with httpx.Client(base_url=lectern.url, headers=said) as browser:
        answer = browser.post("/portal/sign_in", json={"key": lectern.key})
        assert "secure" not in answer.headers["set-cookie"].lower()
        current = next(one for one in browser.get("/portal/sessions").json()["data"] if one["current"])
        assert (current["address"], current["via"]) == ("127.0.0.1", "key")

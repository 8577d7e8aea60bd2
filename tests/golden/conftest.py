"""The one way to change what is expected."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="Write anew what readers make of the golden documents."
    )

import pytest
from argon2 import PasswordHasher

from server.access.passwords import Passwords
from server.errors import WeakPassword
from server.model import Role, User, UserKind

ADA = User("user-1", "Ada Lovelace", UserKind.PERSON, Role.READER, 0, email="countess@example.org")
GOOD = "analytical engine no. 1"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords()


def test_what_is_kept_is_argon2id_at_the_costs_of_rfc_9106(passwords: Passwords) -> None:
    kept = passwords.hash(GOOD, ADA)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert GOOD not in kept
    assert kept != passwords.hash(GOOD, ADA)
    assert (passwords.right(kept, GOOD), passwords.right(kept, GOOD + " "), passwords.right(kept, "")) == (
        True,
        False,
        False,
    )


def test_without_a_hash_no_password_is_right(passwords: Passwords) -> None:
    for guess in (GOOD, "", "the password of nobody"):
        assert not passwords.right(None, guess)
    assert not passwords.right("no hash at all", GOOD)


def test_the_unicode_form_of_the_keyboard_makes_no_difference(passwords: Passwords) -> None:
    kept = passwords.hash("Zürich am Morgen", ADA)
    assert passwords.right(kept, "Zu\u0308rich am Morgen")


@pytest.mark.parametrize(
    "weak",
    ["", "eleven char", "x" * 513, "a" * 16, "ab" * 8, "ada lovelace 1815", "ADA LOVELACE!!", "the COUNTESS of 1815",
     "Ａｄａ Ｌｏｖｅｌａｃｅ!"],
)  # fmt: skip
def test_short_long_repeated_and_own_names_are_refused(passwords: Passwords, weak: str) -> None:
    with pytest.raises(WeakPassword):
        passwords.hash(weak, ADA)


@pytest.mark.parametrize("good", [GOOD, "x" * 8 + "yzab1", "十二个字符以上的中文密码短语", "p" * 500 + "qrstu"])
def test_others_are_taken(passwords: Passwords, good: str) -> None:
    assert passwords.right(passwords.hash(good, ADA), good)


def test_a_hash_of_other_costs_is_outdated(passwords: Passwords) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    assert passwords.right(cheap, GOOD)
    assert passwords.outdated(cheap)
    assert not passwords.outdated(passwords.hash(GOOD, ADA))

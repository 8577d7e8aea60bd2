from collections.abc import Iterator

from ingest.model import Element, Event, Kind, Notice, Progress
from server.adapters.blobs import Blobs
from server.documents.text import Texts
from server.vault.keyring import Keyring

ADDRESS = "jane@example.com"


def reading() -> Iterator[Event]:
    yield Progress(1, 2)
    yield Element(Kind.TEXT, f"Write to {ADDRESS} or call.", page=1)
    yield Notice(f"a form of {ADDRESS}")


def texts_of(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Element)]


def test_what_was_read_once_is_kept_and_not_read_again(blobs: Blobs, keyring: Keyring) -> None:
    keyring.create("file-a")
    texts = Texts(blobs, "1")
    first = [event for event in texts.events("file-a", reading()) if not isinstance(event, Progress)]
    assert list(texts.events("file-a", iter(()))) == first
    assert list(Texts(blobs, "2").events("file-a", iter(()))) == []


def test_personal_data_is_neither_kept_nor_passed_on(blobs: Blobs, keyring: Keyring) -> None:
    keyring.create("file-a")
    texts = Texts(blobs, "1", "personal")
    passed = list(texts.events("file-a", reading()))
    kept = list(Texts(blobs, "1", "personal").events("file-a", iter(())))
    plain = list(Texts(blobs, "1 personal").events("file-a", iter(())))  # what lies there, unmasked if it were
    for events in (passed, kept, plain):
        assert ADDRESS not in repr(events)
        assert texts_of(events) == [f"Write to {'█' * len(ADDRESS)} or call."]
    assert passed[-1] == Notice("Personal data was masked: 2 e-mail addresses.")


def test_a_policy_set_later_makes_files_be_read_again_and_hides_what_is_shown_until_then(
    blobs: Blobs, keyring: Keyring
) -> None:
    keyring.create("file-a")
    list(Texts(blobs, "1").events("file-a", reading()))
    later = Texts(blobs, "1", "personal")
    assert ADDRESS not in repr(list(later.content("file-a")))
    assert texts_of(list(later.events("file-a", reading()))) == [f"Write to {'█' * 16} or call."]

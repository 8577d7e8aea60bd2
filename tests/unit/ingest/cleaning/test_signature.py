import random
import time

import pytest

from ingest.cleaning.signature import BINS, Signer, bands, similarity

SECRET = b"s" * 32


def signature(*blocks: str, secret: bytes = SECRET) -> bytes:
    signer = Signer(secret)
    for block in blocks:
        signer.add(block)
    found = signer.signature()
    assert found is not None
    return found


def words(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(count)]


def sentences(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    characters = [chr(code) for code in range(0x4E00, 0x5200)]
    return ["".join(chance.choices(characters, k=18)) + "。" for _ in range(count)]


def test_the_same_text_has_the_same_signature_however_it_is_laid_out() -> None:
    text = words(1, 900)
    whole = signature(" ".join(text))
    assert len(whole) == 4 * BINS
    assert signature(*text) == signature("\n".join(text).upper()) == signature(", ".join(text)) == whole


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_similarity_is_about_the_share_of_shingles_in_common(share: float) -> None:
    chance = random.Random(7)
    common, own, other = (words(seed, 4000) for seed in (1, 2, 3))
    block = 40
    one, two = [], []
    for start in range(0, 4000, block):
        is_common = chance.random() < 2 * share / (1 + share)
        one += (common if is_common else own)[start : start + block]
        two += (common if is_common else other)[start : start + block]
    found = similarity(signature(" ".join(one)), signature(" ".join(two)))
    assert found == pytest.approx(share, abs=0.09)


def test_an_edit_of_one_sentence_leaves_a_document_nearly_the_same() -> None:
    english = words(4, 1500)
    edited = [*english[:700], *words(5, 12), *english[712:]]
    assert similarity(signature(" ".join(english)), signature(" ".join(edited))) > 0.94
    chinese = sentences(4, 150)
    changed = [*chinese[:70], *sentences(5, 1), *chinese[71:]]
    assert similarity(signature("".join(chinese)), signature("".join(changed))) > 0.94


def test_other_documents_are_not_alike() -> None:
    assert similarity(signature(" ".join(words(1, 900))), signature(" ".join(words(2, 900)))) < 0.05
    assert similarity(signature("".join(sentences(1, 90))), signature("".join(sentences(2, 90)))) < 0.05


def test_two_forms_with_other_figures_are_alike_but_not_the_same() -> None:
    form = " ".join(words(1, 400))
    one, two = (signature(f"{form} amount {amount} EUR to {name}") for amount, name in ((17, "Li"), (98, "Wu")))
    assert 0.9 < similarity(one, two) < 1


def test_a_text_too_short_to_compare_has_no_signature() -> None:
    signer = Signer(SECRET)
    signer.add("Yes, approved by the head of department.")
    assert signer.signature() is None
    assert Signer(SECRET).signature() is None


def test_a_long_text_is_signed_in_portions_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = words(8, 9000)
    whole = signature(" ".join(text))
    monkeypatch.setattr("ingest.cleaning.signature._PORTION", 500)
    assert signature(*text) == whole


def test_without_the_secret_nothing_can_be_compared() -> None:
    text = " ".join(words(1, 900))
    assert similarity(signature(text), signature(text, secret=b"t" * 32)) < 0.05


def test_texts_that_are_nearly_the_same_share_a_band_and_others_do_not() -> None:
    text = words(1, 1200)
    near = [*text[:500], *words(9, 60), *text[560:]]
    one, other = signature(" ".join(text)), signature(" ".join(near))
    assert similarity(one, other) > 0.85
    assert set(bands(one)) & set(bands(other))
    assert not set(bands(one)) & set(bands(signature(" ".join(words(2, 1200)))))
    assert len(bands(one)) == 32
    assert all(-(2**63) <= band < 2**63 for band in bands(one))


def test_signing_a_million_characters_is_quick() -> None:
    text = " ".join(words(3, 150_000))
    started = time.process_time()
    signature(text)
    assert time.process_time() - started < 3

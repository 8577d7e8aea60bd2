import numpy as np

from server.adapters.vector_codes import code_bits, codes


def _distance(one: bytes, other: bytes) -> int:
    return int(np.bitwise_count(np.frombuffer(one, np.uint8) ^ np.frombuffer(other, np.uint8)).sum())


def test_a_code_has_the_bits_that_milvus_is_told() -> None:
    for dimensions in (1, 4, 384, 385, 1024):
        assert code_bits(dimensions) % 8 == 0
        assert len(codes([np.ones(dimensions, np.float32)])[0]) * 8 == code_bits(dimensions)


def test_nearer_vectors_have_nearer_codes() -> None:
    chance = np.random.default_rng(5)
    start, away = chance.standard_normal((2, 384)).astype(np.float32)
    first, *others = codes([start + share * away for share in (0.0, 0.1, 0.3, 1.0, 3.0, 30.0)])
    distances = [_distance(first, other) for other in others]
    assert distances == sorted(set(distances))


def test_the_length_of_a_vector_makes_no_difference() -> None:
    vector = np.random.default_rng(6).standard_normal(384).astype(np.float32)
    assert len(set(codes([vector * np.float32(factor) for factor in (1, 1000, 0.001)]))) == 1
    assert codes([np.zeros(384, np.float32)])

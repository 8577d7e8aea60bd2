from xml.etree import ElementTree as ET

from server.bench.plot import plot
from server.bench.search import Searched, figures


def _searched(chunks: int, p50: float) -> Searched:
    filtered = {"all files": (p50, 2 * p50, 0.97, 60)}
    return Searched(chunks, p50, 2 * p50, 9.0, 4.0, 300.0, 105.0, 340.0, filtered)


def test_the_plot_is_an_svg_that_shows_every_size_and_value() -> None:
    drawn = plot([_searched(1_000, 11.0), _searched(100_000, 19.0)], "Tom & Jerry < 3")
    texts = [element.text or "" for element in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert "1,000" in texts
    assert "100,000" in texts
    assert "p50, whole search: 11, 19" in texts
    assert any(text.endswith("Tom & Jerry < 3") for text in texts)


def test_one_size_alone_is_drawn() -> None:
    assert ET.fromstring(plot([_searched(1_000, 11.0)], "")).tag.endswith("svg")


def test_each_figure_is_held_against_its_limit() -> None:
    p50, p95, recall = figures([_searched(100_000, 20.5)])
    assert (p50.met, p95.met, recall.met) == (False, False, False)
    assert [one.met for one in figures([_searched(100_000, 19.0)])] == [True, True, False]

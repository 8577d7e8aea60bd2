"""The picture of the ROC."""

from xml.etree import ElementTree as ET

from server.evals.roc import Roc
from server.evaluation.curve import svg


def test_the_picture_shows_the_curve_and_where_the_threshold_lies() -> None:
    picture = ET.fromstring(svg(Roc([0.4, 0.9], [0.1, 0.5]), 0.45))
    told = " ".join(picture.itertext())
    assert "AUC 0.750" in told
    assert "LECTERN_MIN_SCORE 0.45: 50.0% refused, 50.0% wrongly" in told
    line = picture.find("{http://www.w3.org/2000/svg}polyline")
    assert line is not None
    assert line.get("points", "").split()[0] == "56.0,384.0"
    assert line.get("points", "").split()[-1] == "416.0,24.0"

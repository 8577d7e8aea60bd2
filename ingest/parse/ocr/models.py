"""The three PP-OCR models inside the package rapidocr: where text stands, whether upside down, and what it says."""

import logging
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.parse.ocr.recognition import OcrMissing

FILES = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
DETECTION_SIDE = 960  # pixels of the longer side at which text is searched for
SURELY_TURNED = 0.9

Pixels = NDArray[np.uint8]


class Models:
    """The models, each loaded when first used; several threads may use them, each call takes one core.

    Raises OcrMissing, in the name of the file to be read, if a model is not there: nothing is ever downloaded.
    """

    def __init__(self, name: str) -> None:
        import rapidocr  # here, for it is slow to import and most files need no OCR
        from rapidocr.utils.log import logger
        from rapidocr.utils.parse_parameters import ParseParams

        logger.setLevel(logging.CRITICAL)  # it has a handler of its own, and tells of every model it loads
        package = Path(rapidocr.__file__).parent
        missing = [file for file in FILES.values() if not (package / "models" / file).is_file()]
        if missing:
            raise OcrMissing(name, detail=f"the package rapidocr lacks its model {missing[0]}")
        # with a path for every model, and the signs in the model itself, the package has nothing to download
        paths = {f"{part}.model_path": str(package / "models" / file) for part, file in FILES.items()}
        settings: dict[str, Any] = {
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTION_SIDE,
            "Rec.rec_batch_num": 1,  # lines of unlike length are padded in a batch, which costs time and memory
        }
        self._config = ParseParams.update_batch(ParseParams.load(package / "config.yaml"), paths | settings)
        for part in FILES:
            self._config[part].engine_cfg = self._config.EngineConfig.onnxruntime

    def corners(self, pixels: Pixels) -> list[NDArray[np.float32]]:
        """The four corners of every line of text in a picture, from the top down."""
        found = self._detector(_coloured(pixels)).boxes
        return [] if found is None else list(found)

    def upside_down(self, lines: list[Pixels]) -> bool:
        """Whether most of the lines stand on their heads."""
        if not lines:
            return False
        found = self._classifier([_coloured(line) for line in lines]).cls_res
        turned = sum(label == "180" and score >= SURELY_TURNED for label, score in found)
        return bool(turned * 2 > len(lines))

    def text(self, line: Pixels) -> tuple[str, float]:
        """What a line says, and how sure that is (0..1)."""
        from rapidocr.ch_ppocr_rec import TextRecInput

        found = self._reader(TextRecInput(img=[_coloured(line)], return_word_box=False))
        return str(found.txts[0]), float(found.scores[0])

    @cached_property
    def _detector(self) -> Any:
        from rapidocr.ch_ppocr_det import TextDetector

        return TextDetector(self._config.Det)

    @cached_property
    def _classifier(self) -> Any:
        from rapidocr.ch_ppocr_cls import TextClassifier

        return TextClassifier(self._config.Cls)

    @cached_property
    def _reader(self) -> Any:
        from rapidocr.ch_ppocr_rec import TextRecognizer

        self._config.Rec.font_path = None
        return TextRecognizer(self._config.Rec)


def _coloured(pixels: Pixels) -> Pixels:
    """A grey picture in the three colours the models expect."""
    return np.repeat(pixels[:, :, None], 3, axis=2)

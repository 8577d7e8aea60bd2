"""What an embedder's similarities are worth, found out by asking it questions whose answers are known."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ingest.ports import Embedder

# (question, passage that answers it); no passage answers another's question.
_LATIN: Final = (
    (
        "How many days of paid leave do new employees get?",
        "Staff in their first year are entitled to 24 days of annual holiday, which may be taken in half days.",
    ),
    (
        "Who approves purchases above 10,000 euros?",
        "Orders whose value exceeds EUR 10,000 need the signature of the chief financial officer.",
    ),
    (
        "What temperature must the vaccine be stored at?",
        "Keep the vials in a refrigerator between 2 and 8 degrees Celsius and never freeze them.",
    ),
    (
        "When was the bridge over the river opened to traffic?",
        "The first cars crossed the new suspension bridge in the spring of 1937 after four years of construction.",
    ),
    (
        "How do I reset the router to factory settings?",
        "Press and hold the small button on the back of the device for ten seconds until all lights blink.",
    ),
    (
        "Which crops grow best in sandy soil?",
        "Carrots, radishes and potatoes thrive where the ground is loose and drains quickly.",
    ),
    (
        "What caused the delay of the train?",
        "Because of a damaged signal box, services on the northern line ran forty minutes late.",
    ),
    (
        "How is the annual bonus calculated?",
        "The yearly extra payment is eight percent of base salary multiplied by the performance rating.",
    ),
)
_OTHER: Final = (
    ("新员工有多少天带薪假期？", "入职第一年的职工每年可休二十四天年假，也可以按半天使用。"),
    ("一万元以上的采购由谁批准？", "金额超过10000元的订单必须由财务总监签字。"),
    ("疫苗应该保存在什么温度？", "药瓶须放在二至八摄氏度的冰箱里，切勿冷冻。"),
    ("那座跨江大桥是哪一年通车的？", "经过四年施工，新的悬索桥于1937年春天迎来了第一批汽车。"),
    ("怎样把路由器恢复出厂设置？", "按住设备背面的小按钮十秒钟，直到所有指示灯闪烁。"),
    ("沙质土壤适合种什么作物？", "胡萝卜、萝卜和马铃薯喜欢疏松而排水快的土地。"),
    ("列车晚点的原因是什么？", "由于信号楼受损，北线的班次推迟了四十分钟。"),
    ("年终奖金如何计算？", "年底的额外报酬为基本工资的百分之八乘以绩效系数。"),
)
# How many standard deviations answers must stand above the rest for the embedder to count not at all, and in full.
_USELESS: Final = 1.5
_RELIABLE: Final = 3.5
_ANSWER_WORTH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Scale:
    """Similarities in one kind of script: what unrelated texts have, what answers have, and the trust they deserve
    (0..1)."""

    unrelated: float
    answer: float
    trust: float

    def worth(self, similarity: float) -> float:
        """The similarity on a scale where unrelated texts have 0 and a typical answer has 0.5."""
        return _ANSWER_WORTH * (similarity - self.unrelated) / max(self.answer - self.unrelated, 1e-6)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far to believe an embedder in Latin script and in others."""

    latin: Scale
    other: Scale


def calibrate(embedder: Embedder) -> Calibration:
    """Measures the embedder; takes as long as embedding 32 short texts."""
    return Calibration(_scale(embedder, _LATIN), _scale(embedder, _OTHER))


def _scale(embedder: Embedder, pairs: tuple[tuple[str, str], ...]) -> Scale:
    vectors = embedder.embed([text for pair in pairs for text in pair])
    similar = vectors[0::2] @ vectors[1::2].T
    answers = similar.diagonal()
    rest = similar[~np.eye(len(pairs), dtype=bool)]
    distance = float((answers.mean() - rest.mean()) / max(float(rest.std()), 1e-6))
    trust = min(1.0, max(0.0, (distance - _USELESS) / (_RELIABLE - _USELESS)))
    return Scale(float(rest.mean()), float(answers.mean()), trust)

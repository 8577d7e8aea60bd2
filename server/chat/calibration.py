"""What an embedder's similarities are worth, found out by asking it questions whose answers are known."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ingest.ports import Embedder

# (question, passage that answers it); no passage answers another's question.
_ENGLISH: Final = (
    ("How many days of paid leave do new employees get?", "Staff in their first year are entitled to 24 days of annual holiday, which may be taken in half days."),
    ("Who approves purchases above 10,000 euros?", "Orders whose value exceeds EUR 10,000 need the signature of the chief financial officer."),
    ("What temperature must the vaccine be stored at?", "Keep the vials in a refrigerator between 2 and 8 degrees Celsius and never freeze them."),
    ("When was the bridge over the river opened to traffic?", "The first cars crossed the new suspension bridge in the spring of 1937 after four years of construction."),
    ("How do I reset the router to factory settings?", "Press and hold the small button on the back of the device for ten seconds until all lights blink."),
    ("Which crops grow best in sandy soil?", "Carrots, radishes and potatoes thrive where the ground is loose and drains quickly."),
    ("What caused the delay of the train?", "Because of a damaged signal box, services on the northern line ran forty minutes late."),
    ("How is the annual bonus calculated?", "The yearly extra payment is eight percent of base salary multiplied by the performance rating."),
)  # fmt: skip
_CHINESE: Final = (
    ("新员工有多少天带薪假期？", "入职第一年的职工每年可休二十四天年假，也可以按半天使用。"),
    ("一万元以上的采购由谁批准？", "金额超过10000元的订单必须由财务总监签字。"),
    ("疫苗应该保存在什么温度？", "药瓶须放在二至八摄氏度的冰箱里，切勿冷冻。"),
    ("那座跨江大桥是哪一年通车的？", "经过四年施工，新的悬索桥于1937年春天迎来了第一批汽车。"),
    ("怎样把路由器恢复出厂设置？", "按住设备背面的小按钮十秒钟，直到所有指示灯闪烁。"),
    ("沙质土壤适合种什么作物？", "胡萝卜、萝卜和马铃薯喜欢疏松而排水快的土地。"),
    ("列车晚点的原因是什么？", "由于信号楼受损，北线的班次推迟了四十分钟。"),
    ("年终奖金如何计算？", "年底的额外报酬为基本工资的百分之八乘以绩效系数。"),
)  # fmt: skip
def probe(e,pairs):
    q=e.embed([x for x,_ in pairs]); p=e.embed([y for _,y in pairs]); s=q@p.T; n=len(pairs)
    d=np.diag(s); o=s[~np.eye(n,dtype=bool)]
    return d.mean(),o.mean(),o.std(),(d.mean()-o.mean())/o.std(), (s.argmax(1)==np.arange(n)).mean(), d.min()

"""The words that the training examples are made of, in English and Chinese.

A relation is (kind of value, statement, question): `{s}` stands for the subject, `{v}` for the value.
"""

from typing import Final

Relation = tuple[str, str, str]

EN_SUBJECTS: Final = (
    "laptop|monitor|hotel night|taxi ride|train ticket|business lunch|desk|phone|headset|keyboard|parking space|rental car|"
    "conference|language course|home office|night shift|warehouse|canteen|reading room|meeting room|reception|workshop|"
    "delivery van|forklift|backup server|mail server|file server|database server|web server|storage array|firewall|router|"
    "printer|projector|heat pump|generator|solar plant|pilot project|annual report|audit|training programme|travel policy|"
    "maintenance contract|cleaning contract|insurance|data centre|help desk|legal department|purchasing|finance team|"
    "sales office|new branch|kick-off meeting|summer party|trade fair|internship|probation|parental leave|sick leave|"
    "annual leave|overtime|breakfast|dinner|mileage|economy flight|domestic trip|foreign trip|software licence|tablet|"
    "office chair|standing desk|bicycle|uniform|first aid kit|fire drill|badge|visitor"
).split("|")

EN_ATTRIBUTES: Final[dict[str, list[str]]] = {
    "money": "limit|price|budget|daily limit|fee|allowance|deposit|cost|annual budget|expense limit|daily rate|penalty|"
    "monthly rent|spending limit|maximum|surcharge|reimbursement".split("|"),
    "date": "start date|end date|deadline|commissioning date|go-live date|review date|delivery date|expiry date|"
    "warranty end|purchase date|date of installation|last inspection|opening".split("|"),
    "person": "owner|contact|approver|administrator|head|project lead|contact person|manager|deputy|auditor|"
    "technician|responsible person|director".split("|"),
    "code": "serial number|inventory number|order number|IP address|cost centre|version|contract number|room number|"
    "model|reference|tax number".split("|"),
    "count": "notice period|number of seats|capacity|weight|retention period|length|power|duration|memory|"
    "storage|response time|range|lifetime|minimum age".split("|"),
    "place": "location|city|office|venue|supplier|manufacturer|site|department".split("|"),
}

EN_RELATIONS: Final[list[Relation]] = [
    ("date", "The {s} was commissioned on {v}.", "When was the {s} commissioned?"),
    ("date", "The {s} went into operation on {v}.", "When did the {s} go into operation?"),
    ("date", "The {s} starts on {v}.", "When does the {s} start?"),
    ("date", "The {s} must be finished by {v}.", "When must the {s} be finished?"),
    ("date", "The {s} takes place on {v}.", "When does the {s} take place?"),
    ("date", "Since {v} the {s} has been in use.", "Since when has the {s} been in use?"),
    ("person", "{v} is responsible for the {s}.", "Who is responsible for the {s}?"),
    ("person", "{v} approves the {s}.", "Who approves the {s}?"),
    ("person", "The {s} is led by {v}.", "Who leads the {s}?"),
    ("person", "Questions about the {s} go to {v}.", "Who answers questions about the {s}?"),
    ("person", "The {s} must be approved by {v}.", "Who must approve the {s}?"),
    ("money", "Employees may spend up to {v} on the {s}.", "How much may employees spend on the {s}?"),
    ("money", "We pay up to {v} for a {s}.", "How much do we pay for a {s}?"),
    ("money", "A {s} costs {v}.", "How much does a {s} cost?"),
    ("money", "A {s} is reimbursed up to {v}.", "How much is reimbursed for a {s}?"),
    ("money", "The limit for a {s} is {v} per person.", "What is the limit for a {s}?"),
    ("count", "The {s} holds {v}.", "How much does the {s} hold?"),
    ("count", "The {s} lasts {v}.", "How long does the {s} last?"),
    ("count", "Records of the {s} are kept for {v}.", "How long are records of the {s} kept?"),
    ("place", "The {s} is located in {v}.", "Where is the {s} located?"),
    ("place", "The {s} stands in {v}.", "Where does the {s} stand?"),
    ("place", "The {s} is supplied by {v}.", "Which company supplies the {s}?"),
    ("code", "The {s} runs version {v}.", "Which version does the {s} run?"),
    ("code", "The {s} has the number {v}.", "Which number does the {s} have?"),
]

EN_FILLERS: Final = (
    "This section was revised last year and replaces all earlier rules.|Please keep the receipts and send them within "
    "{n} days.|The works council has agreed to this arrangement.|Exceptions are possible in writing.|Further details are "
    "given in the annex.|All staff are expected to follow these rules.|The figures are checked every quarter.|See also the "
    "chapter on {w}.|This applies to full-time and part-time employees.|Amounts include value added tax.|Changes are "
    "announced on the intranet.|The form is available from {w}.|Each department keeps a list of its equipment.|Unused "
    "amounts expire at the end of the year.|In {n} the rule was introduced for the first time.|Reports are sent to {w} "
    "every month.|Nothing here limits the rights given by law.|The team consists of {n} people.|A short summary follows.|"
    "Contact the help desk if something is unclear.|The table below shows the current values.|Page {n} shows an example."
).split("|")

EN_HEADINGS: Final = (
    "Travel|Expenses|Equipment|Inventory|General|Scope|Servers|Contacts|Projects|Leave|Working time|Contracts|Security|"
    "Purchasing|Annex|Overview|Limits|Offices|Data protection|Finance"
).split("|")

ZH_SUBJECTS: Final = (
    "笔记本电脑|显示器|住宿|出租车|火车票|商务餐|办公桌|手机|耳机|键盘|停车位|租车|会议|语言课程|居家办公|夜班|仓库|食堂|阅览室|会议室|"
    "前台|车间|货车|叉车|备份服务器|邮件服务器|文件服务器|数据库服务器|网站服务器|存储设备|防火墙|路由器|打印机|投影仪|发电机|试点项目|"
    "年度报告|审计|培训计划|差旅制度|维护合同|保洁合同|保险|数据中心|服务台|法务部|采购部|财务部|销售部|人事部|分公司|启动会|年会|展会|"
    "实习|试用期|产假|病假|年假|加班|早餐|晚餐|机票|国内出差|国外出差|软件许可|平板电脑|办公椅|自行车|工作服|急救箱|消防演习|门禁卡|访客"
).split("|")

ZH_ATTRIBUTES: Final[dict[str, list[str]]] = {
    "money": "限额|价格|预算|每日限额|费用|补贴|押金|成本|年度预算|报销上限|标准|罚款|月租|上限|报销额".split("|"),
    "date": "开始日期|结束日期|截止日期|投入使用日期|上线日期|审核日期|交货日期|到期日|保修截止日|购买日期|安装日期|启用日期".split(
        "|"
    ),
    "person": "负责人|联系人|审批人|管理员|主管|项目经理|经理|副经理|审计员|技术员|主任".split("|"),
    "code": "序列号|资产编号|订单号|地址|成本中心|版本|合同编号|房间号|型号|编号|税号".split("|"),
    "count": "通知期|座位数|容量|重量|保存期限|长度|功率|时长|内存|存储空间|响应时间|天数|使用年限".split("|"),
    "place": "地点|城市|办公室|会场|供应商|制造商|位置|部门".split("|"),
}

ZH_RELATIONS: Final[list[Relation]] = [
    ("date", "{s}于{v}投入使用。", "{s}什么时候投入使用?"),
    ("date", "{s}从{v}开始。", "{s}什么时候开始?"),
    ("date", "{s}必须在{v}之前完成。", "{s}必须在什么时候完成?"),
    ("date", "{s}将于{v}举行。", "{s}什么时候举行?"),
    ("person", "{v}负责{s}。", "谁负责{s}?"),
    ("person", "{s}由{v}负责。", "{s}由谁负责?"),
    ("person", "{s}需要{v}批准。", "{s}需要谁批准?"),
    ("person", "有关{s}的问题请联系{v}。", "有关{s}的问题联系谁?"),
    ("money", "员工{s}最多可以花费{v}。", "员工{s}最多可以花费多少?"),
    ("money", "{s}最多报销{v}。", "{s}最多报销多少?"),
    ("money", "{s}每人每天不超过{v}。", "{s}每人每天不超过多少?"),
    ("money", "{s}的价格为{v}。", "{s}多少钱?"),
    ("count", "{s}可以容纳{v}。", "{s}可以容纳多少?"),
    ("count", "{s}持续{v}。", "{s}持续多长时间?"),
    ("count", "{s}的记录保存{v}。", "{s}的记录保存多久?"),
    ("count", "员工享有{v}的{s}。", "员工有多少{s}?"),
    ("place", "{s}位于{v}。", "{s}在哪里?"),
    ("place", "{s}由{v}供应。", "{s}由哪家公司供应?"),
    ("code", "{s}使用的版本是{v}。", "{s}使用哪个版本?"),
    ("code", "{s}的编号为{v}。", "{s}的编号是多少?"),
]

ZH_FILLERS: Final = (
    "本节去年修订,取代以前的规定。|请保留票据,并在{n}天内提交。|工会已同意此安排。|特殊情况须书面申请。|详细内容见附件。|全体员工须遵守本规定。|"
    "数字每季度核对一次。|另见{w}一章。|本规定适用于全职和兼职员工。|金额含税。|变更将在内部网公布。|表格可向{w}领取。|各部门保存设备清单。|"
    "未使用的额度年底作废。|报告每月发送给{w}。|团队共有{n}人。|如有疑问请联系服务台。|下表列出当前数值。|公司在{n}年首次采用此规定。"
).split("|")

ZH_HEADINGS: Final = "差旅|费用|设备|资产|总则|适用范围|服务器|联系人|项目|休假|工作时间|合同|安全|采购|附件|概述|限额|办公室|财务".split(
    "|"
)

CITIES: Final = (
    "Berlin|Vienna|Lyon|Porto|Oslo|Leeds|Turin|Ghent|Basel|Cork|Bremen|Utrecht|Graz|Malmo|Krakow|Hanoi".split("|")
)
MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December".split("|")
UNITS_EN: Final = "days|weeks|months|years|hours|minutes|people|kg|km|m|kW|GB|TB|litres|seats|working days".split("|")
UNITS_ZH: Final = "天|周|个月|年|小时|分钟|人|公斤|公里|米|千瓦|GB|TB|升|个座位|个工作日".split("|")

"""Build the PDF and DOCX documents of the invented county Yunxi, byte for byte the same on every run.

Run ``python corpus/build_office.py`` with the development dependencies installed. The texts are written
below in a small line markup: ``# `` title, ``## `` and ``### `` headings, ``| a | b |`` table rows (the first
row is the header), ``> `` right-aligned lines (number, signature, date), ``* `` notes in small type, anything
else a paragraph. The county, its offices, amounts and telephone numbers are invented.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FONT = "STSong-Light"
KEYWORDS = "policychat-demonstration"
BANNER = "演示文件，内容虚构"


@dataclass(frozen=True, slots=True)
class Source:
    """One document to build. ``published`` is its date of signature; ``issuer`` its author property."""

    name: str
    title: str
    issuer: str
    published: datetime
    text: str


PLAN = Source(
    "plan-2026-2030.pdf",
    "云溪县卫生健康事业发展“十五五”规划",
    "云溪县人民政府",
    datetime(2026, 2, 26, tzinfo=UTC),
    """
# 云溪县人民政府关于印发《云溪县卫生健康事业发展“十五五”规划》的通知
> 云政发〔2026〕3号
各乡镇人民政府、云门街道办事处，县政府各部门：
现将《云溪县卫生健康事业发展“十五五”规划》印发给你们，请认真贯彻执行。
> 云溪县人民政府
> 2026年2月26日
# 云溪县卫生健康事业发展“十五五”规划
为加快健康云溪建设，根据《云溪县国民经济和社会发展第十五个五年规划纲要》，制定本规划。规划期为2026年至2030年。
## 一、规划背景
### （一）发展基础
2025年，全县常住人口31.8万人，设有医疗卫生机构214个，其中县级医院3所、乡镇卫生院9所、村卫生室168所。全县实有床位1960张，卫生技术人员2275人。人均预期寿命达到79.2岁，居民健康素养水平达到30.6%。
### （二）面临挑战
一是老年人口占比达到24.6%，失能照护需求增加。二是高血压、糖尿病等慢性病患者数量上升。三是乡镇卫生院骨干医生流失，三年流失46人。四是精神、儿科专科力量薄弱，全县儿科医生只有19人。
## 二、总体要求
### （一）基本原则
1.健康优先，预防为主。把健康放在各项政策的前面，减少疾病发生。
2.公平可及，重在基层。把新增资源优先投向乡镇和村。
3.医防融合，中西医并重。推动治病和防病结合，发挥中医药作用。
4.改革创新，数字赋能。用信息技术方便群众看病。
### （二）总体目标
到2030年，建成与全县人口和经济发展相适应的整合型医疗卫生服务体系，一般病在县里解决，日常病在乡村解决，人均预期寿命达到80.5岁，主要健康指标达到全国县域平均水平以上。
### （三）主要指标
| 指标 | 2025年基数 | 2030年目标 | 属性 |
| 人均预期寿命（岁） | 79.2 | 80.5 | 预期性 |
| 孕产妇死亡率（1/10万） | 10.8 | 9以下 | 预期性 |
| 婴儿死亡率（‰） | 3.4 | 3以下 | 预期性 |
| 居民健康素养水平（%） | 30.6 | 38 | 预期性 |
| 每千人口执业（助理）医师数（人） | 2.9 | 3.4 | 预期性 |
| 每千人口注册护士数（人） | 3.3 | 4.2 | 预期性 |
| 每千人口3岁以下婴幼儿托位数（个） | 4.1 | 5.5 | 预期性 |
| 家庭医生签约服务覆盖率（%） | 48 | 75 | 预期性 |
| 乡镇卫生院护理型床位占比（%） | 22 | 45 | 预期性 |
| 65岁及以上老年人健康管理服务率（%） | 68 | 78 | 约束性 |
| 适龄儿童免疫规划疫苗接种率（%） | 96.5 | 98 | 约束性 |
| 个人卫生支出占卫生总费用的比重（%） | 27.6 | 26以下 | 约束性 |
* 注：2025年基数为快报数。
## 三、主要任务
### （一）建强县乡村三级医疗服务体系
新建县人民医院内科综合楼，新增床位200张，总投资1.86亿元，2028年建成使用。建设青石镇、白鹭镇两个县域医疗次中心。每个乡镇配备巡回医疗车1辆，每月到村服务不少于2次。村卫生室标准化率2028年达到100%。
### （二）健全公共卫生和疾病预防控制体系
县疾病预防控制中心实验室检测项目达到120项以上。建立县乡两级传染病监测预警点32个，突发事件2小时内完成初步核实。公立医院设立公共卫生科。
### （三）做好老年健康和医养结合
二级以上综合医院全部设立老年医学科。新增康养床位300张。每年为65岁以上老年人免费体检一次，对失能老年人上门服务。
### （四）完善生育支持和妇幼健康服务
落实育儿补贴制度。每个乡镇至少有一所普惠托育机构。县妇幼保健院开设分娩镇痛服务，2027年开设新生儿科。
### （五）促进中医药传承创新发展
县中医医院建成三级中医医院。乡镇卫生院中医馆全部达到二级标准。培养县级名中医10名。
### （六）加强心理健康和精神卫生服务
县人民医院设立精神科，床位不少于40张。2027年年底前，所有乡镇卫生院提供心理咨询服务，所有中学配备专职心理教师。
### （七）推进智慧健康建设
完善“云溪健康”小程序，检查检验结果互认项目不少于150项。2028年实现县域电子病历共享。
## 四、保障措施
### （一）加强组织领导
县政府成立规划实施领导小组，由分管副县长任组长，每半年研究一次。
### （二）加大投入保障
县级财政卫生健康支出年均增长不低于6%，乡村医生补助列入预算。
### （三）加强人才队伍建设
实施“百名医学生回乡”计划，五年招聘医学本科生100名，服务满六年的一次性奖励5万元。
### （四）加强监测评估
2028年上半年开展中期评估，2030年开展终期评估，评估结果向社会公布。
""",
)

CHRONIC = Source(
    "chronic-disease-outpatient.pdf",
    "云溪县门诊慢特病申办指南",
    "云溪县医疗保障局",
    datetime(2026, 1, 20, tzinfo=UTC),
    """
# 云溪县医疗保障局关于印发《云溪县门诊慢特病申办指南》的通知
> 云医保办〔2026〕4号
各定点医疗机构，各乡镇（街道）便民服务中心：
为方便参保群众办理门诊慢性病、特殊疾病（以下简称“门诊慢特病”）待遇，现将《云溪县门诊慢特病申办指南》印发给你们，自2026年2月1日起执行。
> 云溪县医疗保障局
> 2026年1月20日
# 云溪县门诊慢特病申办指南
## 一、适用对象
参加本县城乡居民基本医疗保险，所患疾病列入病种目录并且符合认定标准的参保人。
## 二、病种和待遇标准
| 病种 | 报销比例 | 年度限额 | 认定有效期 |
| 高血压（3级，高危以上） | 65% | 2400元 | 长期 |
| 糖尿病（有并发症） | 65% | 3000元 | 长期 |
| 冠心病 | 65% | 3600元 | 长期 |
| 脑卒中后遗症 | 65% | 3200元 | 3年 |
| 慢性阻塞性肺疾病 | 65% | 2800元 | 3年 |
| 类风湿关节炎 | 65% | 2600元 | 3年 |
| 肺结核 | 75% | 5000元 | 1年 |
| 慢性乙型肝炎 | 65% | 3000元 | 2年 |
| 严重精神障碍 | 90% | 6000元 | 长期 |
| 恶性肿瘤门诊放化疗 | 80% | 与住院合并计算 | 2年 |
| 尿毒症透析 | 85% | 与住院合并计算 | 长期 |
| 器官移植术后抗排异 | 85% | 与住院合并计算 | 长期 |
* 注：同时患两种以上普通病种的，限额取最高一种再加800元。
## 三、申请材料
1.门诊慢特病认定申请表一份，可以在窗口领取；
2.参保人身份证或者社会保障卡；
3.二级以上医院近两年的出院记录、诊断证明或者检查报告；
4.委托他人代办的，另外提供代办人身份证。
## 四、认定机构
普通病种由县人民医院、县中医医院医保办认定；严重精神障碍由县人民医院心理科认定；肺结核由县疾病预防控制中心结核病门诊认定。
## 五、办理流程
1.申请：参保人带材料到认定机构医保办申请，全年受理，也可以在“云溪健康”小程序上传材料。
2.评审：认定机构每月15日、30日组织医生评审，遇节假日顺延。
3.告知：自受理之日起20个工作日内短信告知结果，恶性肿瘤、尿毒症、器官移植三个病种当场认定。
4.备案：认定通过的，由认定机构传入医保系统，次日起享受待遇。
不符合条件的，认定机构书面说明理由，参保人可以在30日内申请复核一次。
## 六、就医购药
参保人选择一家医院和一家药店作为定点，每年12月可以变更一次。在定点机构直接结算，只付个人承担部分。长期处方一次最多开12周药量。
## 七、外地就医
长期住在外地的，先办理异地就医备案，再在备案地选择一家联网医院。没有备案的，报销比例降低15个百分点。
## 八、咨询方式
医保服务大厅电话0000-5550160，地址：云溪县云门街道安康路6号，工作日9:00至17:00办理业务，中午不休息。
""",
)

INSURANCE = Source(
    "medical-insurance-2026.docx",
    "云溪县医疗保障局关于2026年度城乡居民基本医疗保险待遇政策的通知",
    "云溪县医疗保障局",
    datetime(2025, 11, 28, tzinfo=UTC),
    """
# 云溪县医疗保障局关于2026年度城乡居民基本医疗保险待遇政策的通知
> 云医保发〔2025〕21号
各乡镇人民政府、云门街道办事处，各定点医疗机构：
现将云溪县2026年度城乡居民基本医疗保险（以下简称“居民医保”）缴费和待遇政策通知如下，请做好宣传和经办工作。
## 一、参保缴费
### （一）缴费标准
2026年度居民医保个人缴费标准为每人400元，财政补助每人700元。特困人员由医疗救助资金全额资助；低保对象资助280元，个人缴120元。
### （二）缴费时间
集中缴费期为2025年10月8日至2025年12月31日，享受待遇时间为2026年1月1日至12月31日。2026年1月1日以后缴费的，设3个月待遇等待期。
### （三）新生儿参保
新生儿出生后90日内参保缴费的，自出生之日起享受待遇；超过90日参保的，从缴费次月起享受待遇。
## 二、住院待遇
| 医疗机构级别 | 起付标准 | 县内住院报销比例 | 转诊到县外报销比例 | 未转诊到县外报销比例 |
| 一级及以下（乡镇卫生院） | 200元 | 90% | 85% | 70% |
| 二级（县级医院） | 500元 | 78% | 72% | 57% |
| 三级医院 | 1000元 | 68% | 62% | 47% |
一个年度内第二次及以后住院的，起付标准减半。住院统筹基金年度最高支付限额为20万元。
* 注：报销比例指政策范围内费用的支付比例，不包括全自费药品和项目。
## 三、门诊待遇
### （一）普通门诊
在乡镇卫生院、村卫生室就诊的，不设起付标准，报销60%；在县级医院就诊的，每次起付30元，报销50%。普通门诊每人每年最多报销420元。
### （二）高血压、糖尿病门诊用药
没有达到门诊慢特病标准的高血压、糖尿病患者，用药报销70%，年度限额高血压360元、糖尿病480元。
### （三）门诊慢特病
按照《云溪县门诊慢特病申办指南》执行。
## 四、生育待遇
产前检查定额补助500元。住院分娩定额补助：顺产1500元，剖宫产2800元。
## 五、大病保险
年度内个人自付的合规费用超过1.2万元的部分，由大病保险分段报销：1.2万元至5万元报销60%，5万元至10万元报销65%，10万元以上报销75%，年度最高支付40万元。特困人员、低保对象起付线降低一半。
## 六、转诊和备案
### （一）转诊
需要转到县外住院的，由县人民医院或者县中医医院开具转诊单，转诊单15天内有效，同一疾病一个年度内只需要转诊一次。
### （二）急诊
在县外急诊抢救住院的，入院后5个工作日内补办备案，按照转诊比例报销。
### （三）办理渠道
备案可以在“云溪健康”小程序、医保服务大厅或者拨打0000-5550160办理，不收取任何费用。
## 七、手工报销
没有直接结算的费用，在出院后12个月内，带身份证、发票、费用清单、出院记录和银行卡到医保服务大厅申请报销，30个工作日内拨付。
本通知自2026年1月1日起执行，有效期至2026年12月31日。
> 云溪县医疗保障局
> 2025年11月28日
""",
)

FAMILY = Source(
    "family-planning-assistance.docx",
    "云溪县卫生健康局关于做好2026年计划生育家庭奖励扶助和特别扶助工作的通知",
    "云溪县卫生健康局",
    datetime(2026, 1, 8, tzinfo=UTC),
    """
# 云溪县卫生健康局关于做好2026年计划生育家庭奖励扶助和特别扶助工作的通知
> 云卫发〔2026〕2号
各乡镇人民政府、云门街道办事处：
为做好云溪县2026年农村部分计划生育家庭奖励扶助（以下简称“奖励扶助”）和计划生育家庭特别扶助（以下简称“特别扶助”）工作，现通知如下。
## 一、扶助对象
### （一）奖励扶助对象
同时符合下列条件：
1.本人为云溪县农村户籍；
2.没有违反计划生育法律法规生育；
3.现存一个子女，或者两个女孩，或者子女死亡现无子女；
4.年满60周岁。
### （二）特别扶助对象
独生子女伤残（三级以上）或者死亡，现没有存活子女，女方年满49周岁的夫妻；以及经鉴定为三级以上的计划生育手术并发症人员。
## 二、扶助标准
| 类别 | 标准 | 发放方式 |
| 奖励扶助 | 每人每年1320元 | 每年一次 |
| 特别扶助（独生子女伤残） | 每人每月780元 | 每季度一次 |
| 特别扶助（独生子女死亡） | 每人每月990元 | 每季度一次 |
| 手术并发症一级 | 每人每月620元 | 每季度一次 |
| 手术并发症二级 | 每人每月480元 | 每季度一次 |
| 手术并发症三级 | 每人每月340元 | 每季度一次 |
* 注：同时符合奖励扶助和特别扶助条件的，只能选择标准较高的一项。
## 三、申请材料
1.本人身份证、户口簿原件和复印件；
2.婚姻状况证明；
3.子女情况承诺书；
4.申请特别扶助的，另外提供残疾人证、死亡证明或者并发症鉴定书；
5.本人银行卡复印件。
## 四、办理程序和时间
1.申请：每年1月1日至3月31日，由本人向村（居）民委员会提出。
2.评议公示：村（居）民委员会4月15日前完成评议，并公示7天。
3.初审：乡镇（街道）4月30日前完成初审。
4.确认：县卫生健康局5月31日前完成审核确认并公布名单。
5.发放：奖励扶助金8月31日前通过银行卡一次发放；特别扶助金每季度末月发放。
逾期没有申请的，纳入下一年度，不予补发。
## 五、年审和退出
每年1月开展年审。扶助对象死亡、再生育或者户籍迁出本县的，从次月起停止发放。
## 六、住院护理补贴
特别扶助对象住院的，由护理补贴保险支付每天120元，每年最多90天，凭出院小结在乡镇卫生健康办公室申请。
咨询电话：0000-5550127。监督电话：0000-5550101。
> 云溪县卫生健康局
> 2026年1月8日
""",
)


def marked_lines(text: str) -> Iterator[tuple[str, str | list[list[str]]]]:
    """Yield ``(mark, content)`` for every line; neighbouring table rows come as one ``("|", rows)``."""
    rows: list[list[str]] = []
    for line in text.strip().splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            yield "|", rows
            rows = []
        mark, _, rest = line.partition(" ")
        yield (mark, rest) if mark in {"#", "##", "###", ">", "*"} else ("", line)
    if rows:
        yield "|", rows


def build_pdf(source: Source) -> bytes:
    """Return a paginated PDF with a running header, a page number in the footer and selectable text."""
    from reportlab.lib import colors
    from reportlab.lib.enums import TA_CENTER, TA_RIGHT
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    base = ParagraphStyle("base", fontName=FONT, fontSize=12, leading=20, wordWrap="CJK", firstLineIndent=24)
    flush = ParagraphStyle("flush", parent=base, firstLineIndent=0)
    styles = {
        "": base,
        "#": ParagraphStyle("title", parent=flush, fontSize=17, leading=26, alignment=TA_CENTER, spaceBefore=14),
        "##": ParagraphStyle("heading1", parent=flush, fontSize=14, leading=24, spaceBefore=6),
        "###": ParagraphStyle("heading2", parent=flush, fontSize=12.5, leading=22),
        ">": ParagraphStyle("right", parent=flush, alignment=TA_RIGHT),
        "*": ParagraphStyle("note", parent=flush, fontSize=9, leading=14),
    }
    cell = ParagraphStyle("cell", parent=flush, fontSize=10, leading=14)

    def furniture(canvas: Any, document: Any) -> None:
        canvas.setFont(FONT, 9)
        canvas.drawString(25 * mm, 284 * mm, f"{source.issuer}文件")
        canvas.drawRightString(185 * mm, 284 * mm, BANNER)
        canvas.drawCentredString(105 * mm, 12 * mm, f"— {document.page} —")

    flow: list[Any] = [Paragraph(BANNER, styles[">"])]
    for mark, content in marked_lines(source.text):
        if isinstance(content, str):
            flow.append(Paragraph(content, styles[mark]))
            continue
        first = 160 * mm - 32 * mm * (len(content[0]) - 1)
        grid = Table(
            [[Paragraph(text, cell) for text in row] for row in content],
            colWidths=[first, *[32 * mm] * (len(content[0]) - 1)],
            repeatRows=1,
        )
        grid.setStyle(
            TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
        )
        flow += [Spacer(1, 6), grid, Spacer(1, 6)]
    out = io.BytesIO()
    SimpleDocTemplate(
        out, pagesize=A4, leftMargin=25 * mm, rightMargin=25 * mm, topMargin=25 * mm, bottomMargin=22 * mm,
        title=source.title, author=source.issuer, keywords=KEYWORDS, invariant=1,
    ).build(flow, onFirstPage=furniture, onLaterPages=furniture)  # fmt: skip
    return out.getvalue()


def build_docx(source: Source) -> bytes:
    """Return a DOCX with heading styles and real tables, its clock fields fixed to the date of signature."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    document = Document()
    document.add_paragraph(BANNER).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for mark, content in marked_lines(source.text):
        if not isinstance(content, str):
            table = document.add_table(rows=0, cols=len(content[0]), style="Table Grid")
            for row in content:
                for target, text in zip(table.add_row().cells, row, strict=True):
                    target.text = text
        elif mark.startswith("#"):
            # Level 0 is Word's "Title" style; the document title here, "Heading 1" and "Heading 2" below it.
            document.add_heading(content, level=len(mark) - 1)
        else:
            paragraph = document.add_paragraph()
            run = paragraph.add_run(content)
            if mark == ">":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            elif mark == "*":
                run.font.size = Pt(9)
    properties = document.core_properties
    properties.title, properties.author, properties.keywords = source.title, source.issuer, KEYWORDS
    properties.language, properties.comments = "zh-CN", BANNER
    properties.created = properties.modified = source.published.replace(tzinfo=None)
    saved = io.BytesIO()
    document.save(saved)
    return _with_fixed_clock(saved.getvalue())


def _with_fixed_clock(archive: bytes) -> bytes:
    """Rewrite a ZIP with one constant time stamp: python-docx stamps its parts with the time of saving."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()


def main() -> None:
    """Write all four documents to ``corpus/yunxi``."""
    for source in (PLAN, CHRONIC, INSURANCE, FAMILY):
        build = build_pdf if source.name.endswith(".pdf") else build_docx
        (HERE / "yunxi" / source.name).write_bytes(build(source))


if __name__ == "__main__":
    main()

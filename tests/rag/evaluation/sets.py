"""A small question set in BEIR form: twelve invented documents, two questions for each."""

from __future__ import annotations

import json
from pathlib import Path

SUBJECTS = (
    ("家庭医生签约", "签约居民可以预约上门随访，签约费由医保基金和财政分担。"),
    ("预防接种", "儿童按免疫规划免费接种疫苗，接种前应当告知禁忌。"),
    ("老年人体检", "年满六十五周岁的居民每年免费体检一次，包括心电图和血常规。"),
    ("慢性病门诊", "高血压和糖尿病患者在门诊用药按七成报销，不设起付线。"),
    ("住院报销", "乡镇卫生院住院起付线二百元，合规费用报销百分之八十五。"),
    ("大病保险", "个人负担超过一万元的部分由大病保险再次支付。"),
    ("村医补贴", "村医岗位补贴每人每月五百元，按季度发到个人账户。"),
    ("控烟", "室内公共场所全面禁止吸烟，违者处五十元罚款。"),
    ("癌症筛查", "三十五至六十四岁妇女免费筛查宫颈癌和乳腺癌。"),
    ("长期护理", "失能人员经评估后每月享受护理补助，由护理机构上门。"),
    ("急救", "急救车应当在接到呼叫后三分钟内出车，不得拒绝转运。"),
    ("采血", "无偿献血者凭证免费乘坐公交，每年可献血两次。"),
)

QUESTIONS = (
    "签约居民能预约上门随访吗",
    "儿童接种疫苗免费吗",
    "六十五周岁的居民体检包括什么",
    "高血压患者门诊用药怎么报销",
    "乡镇卫生院住院起付线是多少",
    "大病保险支付哪一部分",
    "村医岗位补贴每月多少元",
    "室内公共场所吸烟罚款多少",
    "哪些妇女可以免费筛查乳腺癌",
    "失能人员每月享受什么补助",
    "急救车几分钟内出车",
    "无偿献血者有什么好处",
)


def write_set(folder: Path) -> Path:
    """Write the set; the n-th question is answered by the n-th document."""
    folder.mkdir(parents=True)
    corpus = [{"_id": f"d{n}", "title": f"青棠县{name}办法", "text": text} for n, (name, text) in enumerate(SUBJECTS)]
    queries = [{"_id": f"q{n}", "text": text} for n, text in enumerate(QUESTIONS)]
    queries += [{"_id": f"t{n}", "text": f"青棠县{name}办法"} for n, (name, _) in enumerate(SUBJECTS)]
    judgements = [f"{kind}{n}\td{n}\t1" for kind in "qt" for n in range(len(SUBJECTS))]
    for name, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "qrels.tsv").write_text("\n".join(judgements) + "\n", encoding="utf-8")
    return folder


def write_answer_set(folder: Path) -> Path:
    """Write the small set with answers for its first twelve queries, and two questions that nothing answers."""
    write_set(folder)
    path = folder / "queries.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row in rows[:12]:
        row["answer"] = "可以预约上门随访" if row["_id"] == "q0" else "免费"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    none = [{"_id": "u0", "text": "白石县游泳馆几点关门"}, {"_id": "u1", "text": "驾驶证到期去哪里换"}]
    (folder / "unanswerable.jsonl").write_text("".join(json.dumps(row) + "\n" for row in none), encoding="utf-8")
    return folder

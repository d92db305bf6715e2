"""A tiny question set in BEIR form: invented notices and questions about them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

PASSAGES = {
    "records": "居民到社区服务站办理健康档案时应当带上身份证件，由工作人员当场登记。",
    "fees": "参加合作医疗的家庭可以在每年第四季度缴纳下一年度的费用，逾期不再受理。",
    "vaccine": "接种疫苗之后请在观察区停留三十分钟，没有不适再离开接种点。",
    "pressure": "高血压患者每个季度由家庭医生随访一次，测量血压并记录服药情况。",
    "pregnant": "孕产妇凭保健手册到指定医院领取叶酸，每次领取的数量不超过三个月。",
    "disabled": "残疾人申请康复补贴的，由户籍所在街道审核材料后报区里批准。",
    "doctor": "家庭医生签约服务费由医保基金、公共卫生经费和签约居民共同承担。",
    "smoking": "候车室和电梯内禁止吸烟，劝阻无效的由管理人员报告执法部门处理。",
}

QUESTIONS = {
    "q1": ("怎样建立档案", ("records",)),
    "q2": ("什么时候交合作医疗的钱", ("fees",)),
    "q3": ("打完针要等多久", ("vaccine",)),
    "q4": ("血压高谁来管", ("pressure", "doctor")),
    "q5": ("签约医生要花钱吗", ("doctor",)),
    "q6": ("怀孕了去哪里拿叶酸", ("pregnant",)),
    "q7": ("残疾人的补贴找谁批", ("disabled",)),
    "q8": ("电梯里有人抽烟找谁", ("smoking",)),
}


def beir_folder(
    folder: Path, passages: Mapping[str, str], questions: Mapping[str, tuple[str, tuple[str, ...]]]
) -> Path:
    """Write a question set and return its folder."""
    folder.mkdir()
    with gzip.open(folder / "corpus.jsonl.gz", "wt", encoding="utf-8") as stream:
        for key, text in passages.items():
            stream.write(json.dumps({"_id": key, "title": "", "text": text}) + "\n")
    queries = [json.dumps({"_id": key, "text": text}) for key, (text, _) in questions.items()]
    (folder / "queries.jsonl").write_text("".join(f"{line}\n" for line in queries), encoding="utf-8")
    rows = [f"{key}\t{passage}\t1" for key, (_, answers) in questions.items() for passage in answers]
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]) + "\n", encoding="utf-8")
    return folder

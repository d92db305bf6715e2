"""Words of what else can be asked."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {
    "more.further": "还想了解",
    "more.nearest": "这些相近的问题有依据，点一下就能看",
    "more.searched": "这里查了全部 {all} 份文件，没有找到依据。",
    "more.searched.place": "这里查了{region}的 {own} 份文件，也查了另外 {others} 份文件，没有找到依据。",
    "more.script_converted": "下面的回答已换成您提问用的字（简体或繁体）。来源里的引文保持原样。",
}

ZH_HANT: dict[str, str] = {
    "more.further": "還想了解",
    "more.nearest": "這些相近的問題有依據，點一下就能看",
    "more.searched": "這裡查了全部 {all} 份文件，沒有找到依據。",
    "more.searched.place": "這裡查了{region}的 {own} 份文件，也查了另外 {others} 份文件，沒有找到依據。",
    "more.script_converted": "下面的回答已換成您提問用的字（繁體或簡體）。來源裡的引文保持原樣。",
}

EN: dict[str, str] = {
    "more.further": "You may also want to know",
    "more.nearest": "The documents do answer these related questions. Press one to see the answer",
    "more.searched": "All {all} documents were searched; none is a basis for an answer.",
    "more.searched.place": "{own} documents about {region} and {others} others were searched; none is a basis for an answer.",
    "more.script_converted": "The Chinese text below is shown in the script you asked in. Quotes in the sources are unchanged.",
}

"""Words of the first screen and the page without scripts."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {
    "page.skip.content": "跳到正文",
    "page.privacy": "隐私说明",
    "page.stop": "停止",
    "page.conversation": "问题和回答",
    "page.examples.label": "示例问题",
    "page.edition.elder": "长辈版",
    "answer.to_source": "第 {number} 条依据，跳到引用的原文",
}

ZH_HANT: dict[str, str] = {
    "page.skip.content": "跳到正文",
    "page.privacy": "隱私說明",
    "page.stop": "停止",
    "page.conversation": "問題和回答",
    "page.examples.label": "範例問題",
    "page.edition.elder": "長輩版",
    "answer.to_source": "第 {number} 條依據，跳到引用的原文",
}

EN: dict[str, str] = {
    "page.skip.content": "Skip to content",
    "page.privacy": "Privacy",
    "page.stop": "Stop",
    "page.conversation": "Questions and answers",
    "page.examples.label": "Example questions",
    "page.edition.elder": "Large type",
    "answer.to_source": "Source {number}, go to the quoted text",
}

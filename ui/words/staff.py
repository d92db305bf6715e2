"""Words of the operators' desk: its frame."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {
    "staff.name": "热线工作台",
    "staff.nav": "工作台的各部分",
    "staff.nav.desk": "查资料",
    "staff.nav.queue": "待处理的问题",
    "staff.nav.calls": "来电记录",
    "staff.nav.cases": "转办",
    "staff.nav.approved": "已审核的回答",
    "staff.nav.tasks": "我的任务",
    "staff.nav.compare": "对比",
    "staff.back": "回到查资料",
    "staff.problem.other": "出了点问题，这一步没有做成。请再试一次，还不行请找管理员。",
    "staff.problem.NoGenerationError": "还没有任何资料。请先请管理员收录。",
    "staff.problem.NotAvailableError": "现在查不了。请过一会儿再试，还不行请找管理员。",
    "staff.problem.UnknownIdError": "没有找到要看的内容。它可能已经撤下，请回到查资料再找。",
    "account.to_desk": "去热线工作台",
}

ZH_HANT: dict[str, str] = {
    "staff.name": "熱線工作檯",
    "staff.nav": "工作檯的各部分",
    "staff.nav.desk": "查資料",
    "staff.nav.queue": "待處理的問題",
    "staff.nav.calls": "來電紀錄",
    "staff.nav.cases": "轉辦",
    "staff.nav.approved": "已審核的回答",
    "staff.nav.tasks": "我的任務",
    "staff.nav.compare": "對照",
    "staff.back": "回到查資料",
    "staff.problem.other": "出了點問題，這一步沒有做成。請再試一次，還不行請找管理員。",
    "staff.problem.NoGenerationError": "還沒有任何資料。請先請管理員收錄。",
    "staff.problem.NotAvailableError": "現在查不了。請過一會兒再試，還不行請找管理員。",
    "staff.problem.UnknownIdError": "沒有找到要看的內容。它可能已經撤下，請回到查資料再找。",
    "account.to_desk": "去熱線工作檯",
}

EN: dict[str, str] = {
    "staff.name": "Hotline desk",
    "staff.nav": "Parts of the desk",
    "staff.nav.desk": "Search",
    "staff.nav.queue": "Waiting questions",
    "staff.nav.calls": "Calls",
    "staff.nav.cases": "Handed over",
    "staff.nav.approved": "Approved answers",
    "staff.nav.tasks": "My tasks",
    "staff.nav.compare": "Compare",
    "staff.back": "Back to the search",
    "staff.problem.other": "Something went wrong and this step was not done. Please try again, or else ask an administrator.",
    "staff.problem.NoGenerationError": "There are no documents yet. Please ask an administrator to add some.",
    "staff.problem.NotAvailableError": "Searching is not possible just now. Please try again in a while, or else ask an administrator.",
    "staff.problem.UnknownIdError": "This was not found. It may have been withdrawn; please search again.",
    "account.to_desk": "To the hotline desk",
}

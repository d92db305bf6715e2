"""Words of what the server may keep, and what it says of personal data typed by mistake."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {
    "page.masked.identity_card": "您的问题里有身份证号，已经遮住了，没有保存。提问不用写身份证号。",
    "page.masked.mobile_phone": "您的问题里有手机号，已经遮住了，没有保存。提问不用写手机号。",
    "page.masked.bank_card": "您的问题里有银行卡号，已经遮住了，没有保存。提问不用写卡号。",
    "feedback.stored": "谢谢，已经记下了。",
    "reopened.title": "这条回答和现在的文件核对过，有变动：",
    "reopened.dropped": "有 {count} 条内容在现在的文件里找不到了，没有再显示。",
    "reopened.lost": "这些文件已经不再收录：{titles}。",
    "reopened.superseded": "这些文件后来有了新的：{titles}。",
    "reopened.gone": "这条回答引用的原文，在现在的文件里找不到了，所以不再显示。请把问题再问一次。",
    "reopened.unreadable": "这条回答打不开了。请把问题再问一次。",
    "reopened.titles": "《{title}》",
    "reopened.between": "、",
    "error.receipt": "这条记录太旧，不能用了。请把问题再问一次。",
    "error.too_many": "一分钟里提交得太多了。请过一会儿再试。",
    "error.not_stored": "现在没法保存。请过一会儿再试。",
}

ZH_HANT: dict[str, str] = {
    "page.masked.identity_card": "您的問題裡有身分證號，已經遮住了，沒有保存。提問不用寫身分證號。",
    "page.masked.mobile_phone": "您的問題裡有手機號碼，已經遮住了，沒有保存。提問不用寫手機號碼。",
    "page.masked.bank_card": "您的問題裡有銀行卡號，已經遮住了，沒有保存。提問不用寫卡號。",
    "feedback.stored": "謝謝，已經記下了。",
    "reopened.title": "這則回答和現在的文件核對過，有變動：",
    "reopened.dropped": "有 {count} 項內容在現在的文件裡找不到了，沒有再顯示。",
    "reopened.lost": "這些文件已經不再收錄：{titles}。",
    "reopened.superseded": "這些文件後來有了新的：{titles}。",
    "reopened.gone": "這則回答引用的原文，在現在的文件裡找不到了，所以不再顯示。請把問題再問一次。",
    "reopened.unreadable": "這則回答打不開了。請把問題再問一次。",
    "reopened.titles": "《{title}》",
    "reopened.between": "、",
    "error.receipt": "這筆紀錄太舊，不能用了。請把問題再問一次。",
    "error.too_many": "一分鐘裡送出得太多了。請過一會兒再試。",
    "error.not_stored": "現在沒辦法保存。請過一會兒再試。",
}

EN: dict[str, str] = {
    "page.masked.identity_card": "Your question held an identity card number. It was covered and not kept. You never need it to ask here.",
    "page.masked.mobile_phone": "Your question held a mobile phone number. It was covered and not kept. You never need it to ask here.",
    "page.masked.bank_card": "Your question held a bank card number. It was covered and not kept. You never need it to ask here.",
    "feedback.stored": "Thank you, this has been noted.",
    "reopened.title": "This answer was checked against today’s documents. Something has changed:",
    "reopened.dropped": "Statements that are no longer in the documents and are not shown: {count}.",
    "reopened.lost": "Documents that are no longer held: {titles}.",
    "reopened.superseded": "Documents that have been replaced since: {titles}.",
    "reopened.gone": "The words that this answer quoted are no longer in the documents, so it is not shown. Please ask the question again.",
    "reopened.unreadable": "This answer can no longer be opened. Please ask the question again.",
    "reopened.titles": "“{title}”",
    "reopened.between": ", ",
    "error.receipt": "This record is too old to be used. Please ask the question again.",
    "error.too_many": "Too much was sent within one minute. Please try again in a little while.",
    "error.not_stored": "This cannot be kept right now. Please try again in a little while.",
}

"""Words of the widget, the installed page, and pages without a network."""

from __future__ import annotations

ZH_HANS: dict[str, str] = {
    "installed.name": "卫生健康政策问答",
    "installed.short": "政策问答",
    "installed.about": "查本地卫生健康政策，每句话都附原文出处。",
    "js.install": "放到桌面",
    "js.install.done": "已放到桌面，以后可以从桌面打开。",
    "offline.title": "现在连不上网络",
    "offline.what": "没有网络，或者服务正在维护，暂时不能回答问题。",
    "offline.do": "请检查手机网络，过一会儿再试。",
    "offline.again": "再试一次",
    "offline.calls": "急事请直接打电话",
    "offline.draft": "您还没有问出去的话",
    "offline.earlier": "您在本机问过的问题",
    "offline.earlier.note": "这些记录只存在您的设备上。联网后打开首页，可以看到当时的回答。",
    "widget.open": "问卫生健康政策",
    "widget.close": "关闭",
    "widget.title": "卫生健康政策问答",
    "widget.tab": "在新窗口打开",
}

ZH_HANT: dict[str, str] = {
    "installed.name": "衛生健康政策問答",
    "installed.short": "政策問答",
    "installed.about": "查在地衛生健康政策，每句話都附原文出處。",
    "js.install": "放到桌面",
    "js.install.done": "已放到桌面，以後可以從桌面開啟。",
    "offline.title": "現在連不上網路",
    "offline.what": "沒有網路，或者服務正在維護，暫時不能回答問題。",
    "offline.do": "請檢查手機網路，過一會兒再試。",
    "offline.again": "再試一次",
    "offline.calls": "急事請直接打電話",
    "offline.draft": "您還沒有問出去的話",
    "offline.earlier": "您在本機問過的問題",
    "offline.earlier.note": "這些紀錄只存在您的裝置上。連上網路後開啟首頁，可以看到當時的回答。",
    "widget.open": "問衛生健康政策",
    "widget.close": "關閉",
    "widget.title": "衛生健康政策問答",
    "widget.tab": "在新視窗開啟",
}

EN: dict[str, str] = {
    "installed.name": "Health policy questions",
    "installed.short": "Policy",
    "installed.about": "Look up local health policy. Every sentence comes with its source.",
    "js.install": "Add to home screen",
    "js.install.done": "Added. You can open it from your home screen.",
    "offline.title": "There is no connection",
    "offline.what": "There is no network, or the service is being maintained. Questions cannot be answered right now.",
    "offline.do": "Check the network of your phone and try again in a while.",
    "offline.again": "Try again",
    "offline.calls": "If it is urgent, call",
    "offline.draft": "What you have not sent yet",
    "offline.earlier": "What you asked on this device",
    "offline.earlier.note": "These records are on your device only. Open the first page when you are connected to see the answers.",
    "widget.open": "Ask about health policy",
    "widget.close": "Close",
    "widget.title": "Health policy questions",
    "widget.tab": "Open in a new window",
}

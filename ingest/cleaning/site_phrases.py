"""What web pages write around a document: whole lines that are known by their wording.

Every pattern is matched against one whole line in its folded form (simplified script, ASCII punctuation, small
letters) without white space. Patterns name the genre, never a particular site; a sentence that merely contains
such words is not matched, because a pattern covers the line from its beginning to its end. Patterns must be spelled
in the folded form themselves: 著 folds to 着.
"""

from __future__ import annotations

import re

_DATE = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?"

ANYWHERE = re.compile(
    r"""
    # reposting and sharing
    (?:如需)?转载(?:请|须|时请)(?:注明|标明|保留).{0,110} | (?:本文标题|本文链接|原文链接|本文地址|文章链接|原标题):.{1,110}
  | 百度分享.{0,60} | (?:一键)?分享(?:到|至|本文|本页)?:?(?:微信|微博|朋友圈|qq|空间|好友|[,、|/])*(?:等)?
  | (?:请)?(?:用|使用)?(?:手机|微信|支付宝)?扫(?:描|一扫|码)(?:上方|下方|左侧|右侧|此|该)?(?:二维码)?(?:(?:关注|分享|打开|浏览|查看|手机|在|到).{0,20})?
  | (?:请)?在(?:您|你)的?(?:手机|移动|其他)?设备上(?:浏览|打开|查看|阅读)(?:本|此)?(?:网)?页面?
    # comments
  | (?:我要|发表|查看(?:全部|更多)?|网友|最新|热门|相关)?(?:评论|跟帖|留言)(?:\(\d*\))?:? | 快捷(?:回复|评论|留言):? | 评论列表.{0,40}
  | (?:还没有|暂无|目前没有|尚无)(?:任何)?(?:评论|留言|跟帖).{0,20} | .{0,6}来说两句吧\.* | 参与(?:讨论|评论)
  | (?:请)?(?:先)?登录(?:后|之后)(?:才能|方可|可以|可|再)?(?:发表)?(?:评论|留言|回复).{0,10}
    # printing, letter size, closing, top
  | (?:打印|列印)(?:本页|此页|本文|文章|页面)?:? | (?:关闭|关闭窗口|关闭本页|【关闭】|【打印】|\[打印\]|\[关闭\]|打印\|关闭)+
  | (?=.*(?:字体|字号|文字大小|打印|关闭))(?:[\[【(]*(?:字体|字号|文字大小|浏览字号|大小|特大|超大|大|中|小|默认|标准|打印(?:本页|本文)?|关闭(?:窗口|本页)?|分享|收藏|返回)[\]】)]*[:|/、]*)+
  | (?:返回|回到)?(?:top|页首|顶部|首页|列表|上页|上一页|上级)|(?:返回|回到).{0,4}(?:顶部|首页|列表)
    # neighbours
  | (?:上|下)[一1]?(?:篇|条|页)(?:文章|新闻|信息)?(?::.{0,110})? | (?:上一篇|下一篇).{0,3}(?:没有了|暂无).{0,4}
    # copyright and registration
  | (?:本站)?(?:版权|着作权)所有.{0,110} | (?:\(c\)|©|copyright).{0,110} | .{0,150}[\u4e00-\u9fff]icp(?:备|证).{0,110}
  | .{0,100}公网安备.{0,90} | .{0,100}(?:政府)?网站标识码.{0,60} | 技术支持:.{1,60}
  | 主办(?:单位)?:.{1,50}(?:承办|地址|邮编|技术支持|协办|电话).{0,80}
    # breadcrumbs and searching
  | (?:(?:您|你)?(?:的|现在|目前)?(?:的)?(?:当前|现在|所在)?(?:所在|的)?位置(?:是)?:).{0,110} | (?:网站|返回)?首页(?:>|»|›|-&gt;|/|::).{0,110}
  | (?:请输入|输入|多个)(?:您要|要)?(?:搜索|检索|查询)?(?:的)?(?:关键[词字]|搜索(?:词|内容)).{0,24} | (?:站内|高级|全站)?(?:搜索|检索):?
    # downloads and membership
  | (?:预览|试读|免费阅读)(?:已)?结束.{0,40} | .{0,20}(?:会员|登录|注册|付费|充值)(?:登录)?(?:后|即可).{0,8}下载.{0,12}
  | .{0,60}(?:客服|加|联系)(?:人)?(?:vx|微信|qq|v信)(?:号)?[::].{1,30}
  | .{0,60}[a-z0-9-]+\.(?:com|cn|net|org).{0,60}(?:请勿他用|请勿转载|仅供学习|仅供参考|文稿下载|素材下载|范文).{0,40}
  | (?:点击|立即|免费)(?:查看|阅读|下载)(?:全文|原文|更多|文档)? | 阅读(?:全文|原文|更多)
    # dots of a printed table of contents
  | .{0,60}(?:[.…·]{6,}|…{2,})\d{1,4}
    # bylines with counters
  | (?=.{0,120}$)(?!.*。).{0,60}""" + _DATE + r""".{0,40}\d+(?:次(?:浏览|阅读|点击|访问)|(?:个|条)评论|人(?:围观|阅读|浏览)).{0,40}
  | (?:浏览|阅读|点击|访问|查看|围观|收听)(?:次数|数|量|人数|人次)?[::]\d*(?:次|人次|人)? | \d+(?:次(?:浏览|阅读|点击|访问)|人(?:围观|阅读|浏览))
    """,
    re.VERBOSE,
)  # fmt: skip
"""Lines that are furniture wherever they stand."""

HINT = re.compile(
    "转载|本文|链接|原标题|分享|扫|设备上|评论|跟帖|留言|来说两句|参与讨论|快捷|登录|打印|列印|关闭|字体|字号|文字大小|top|页首|顶部|首页|列表|上页|下页|上级"
    "|上一|下一|上1|下1|上篇|下篇|上条|下条|版权|着作权|(c)|©|copyright|icp|公网安备|标识码|技术支持|主办|位置|搜索|检索|关键|结束|下载|客服|微信|qq|vx|v信"
    "|请勿|仅供|范文|查看|阅读|浏览|点击|访问|围观|收听|相关|推荐|热门|...|…|··".replace("(", r"\(")
    .replace(")", r"\)")
    .replace(".", r"\.")
)
"""A line without any of these matches neither ``ANYWHERE`` nor ``TAIL_OPENER``. Literal alternatives only: a page is
searched for all of them in one quick pass, and its paragraphs are not tried against every pattern."""

TAIL_OPENER = re.compile(
    r"""(?:如需)?转载(?:请|须)注明.* | 发表评论.* | 评论列表.* | (?:还没有|暂无)评论.* | (?:上|下)一(?:篇|条).* | 版权所有.* | (?:©|copyright).*
      | 预览结束.* | (?:相关|推荐|热门)(?:文章|阅读|推荐|新闻|链接).{0,3} | 百度分享.*""",
    re.VERBOSE,
)
"""Lines below which a page is over for its reader."""

AT_EDGE = re.compile(
    r"""
    (?:相关|推荐|热门|热点|延伸|更多|猜你喜欢|最新)(?:的)?(?:文章|阅读|推荐|新闻|链接|信息|文档|报道|稿件|内容|解读|公告|动态)[::]? | 猜你喜欢
  | (?:今天是|现在是).{0,40} | 标签[::].{0,60}
  | (?:举报|收藏|点赞|关注|\+关注|订阅|赞|转发|分享|纠错|我要纠错|听新闻|播放|朗读|收听|语音播报|保护视力色.{0,12})+
  | (?:免责|郑重|版权|特别|本网|本站)(?:声明|提示|说明)[::].{0,160}
  | .{0,40}(?:不代表|与)(?:本站|本网|本平台).{0,20}(?:立场|观点|无关).{0,60}
  | (?:首页|网站首页|网站地图|站点地图|联系我们|关于我们|设为首页|加入收藏|无障碍浏览|长者模式|关怀版|友情链接)(?:\|.{0,4})?
  | (?:\[|【)?(?:纠错|打印|收藏|关闭|字体|分享|返回)(?:\]|】)?
    """,
    re.VERBOSE,
)
"""Lines that are furniture above or below the text, but could be words of it in between."""

_MENU_WORDS = """
网站首页 首页 网站地图 站点地图 网站简介 网站声明 网站说明 网站介绍 网站帮助 本站简介 关于我们 关于本站 联系我们 联系方式 联系站长 广告服务 广告合作
标识说明 法律声明 版权声明 隐私声明 隐私保护 隐私政策 免责声明 建议投诉 投诉建议 意见建议 意见反馈 在线留言 帮助中心 使用帮助 设为首页 加入收藏 添加收藏夹
收藏本站 登录 注册 退出 无障碍浏览 无障碍 关怀版 长者模式 适老模式 繁体版 简体版 繁体 简体 繁 english 手机版 电脑版 移动版 客户端 微信 微博 政务公开
信息公开 政府信息公开 要闻动态 新闻中心 新闻动态 新闻资讯 工作动态 机构介绍 机构概况 机构设置 机构职能 解读回应 政务服务 办事服务 在线服务 便民服务
互动交流 公众参与 数据 数据发布 数据开放 专题专栏 专题 通知公告 公示公告 政策法规 政策文件 政策解读 领导之窗 部门动态 友情链接 人才招聘 招聘信息
诚聘英才 合作伙伴 网站律师 旧版回顾 返回首页
""".split()
_UNIT = "|".join(sorted(map(re.escape, _MENU_WORDS), key=len, reverse=True))
LONG_MENU = re.compile(rf"[|·>]*(?:(?:{_UNIT})[|·>]*){{3,}}")
MENU_STARTS = frozenset("|·>" + "".join(word[0] for word in _MENU_WORDS))
SHORT_MENU = re.compile(rf"[|·>]*(?:(?:{_UNIT})[|·>]*){{2}}")

_LABEL = """发布时间|发布日期|发文日期|发文时间|成文日期|成文时间|印发日期|印发时间|生成日期|更新时间|更新日期|公开日期|施行日期|生效日期|实施日期
|信息来源|文章来源|稿件来源|内容来源|新闻来源|来源|作者|文字作者|供稿|供稿单位|撰稿|责任编辑|责编|编辑|校对|摄影|初审|复审|终审|审核|内容审核|审稿|值班主任|录入|发布人|发布者
|浏览次数|浏览量|浏览|阅读次数|阅读量|阅读|访问量|访问次数|点击数|点击次数|点击率|点击量|点击|字体|字号|文字大小|浏览字号|打印|分享|栏目|分类
|索引号|主题分类|主题词|组配分类|体裁分类|信息分类|公开方式|公开类别|公开形式|公开范围|服务对象|发文机关|发布机关|发布机构|发布单位|公开单位|制发机关|信息名称|文件名称|文号|发文字号|发文文号|文件编号|时效性|有效性|时效|效力状态|效力级别|标题|名称|关键词|原标题|时间|日期"""
_ONE_LABEL = re.compile(rf"(?:{_LABEL.replace(chr(10), '')}):")
_BARE_LABEL = re.compile(
    r"(?:发文机关|发布机关|发文日期|成文日期|发布日期|发文字号|效力级别|施行日期|实施日期|时效性|索引号|主题分类)\s+\S.{0,40}"
)
_AMBIGUOUS = re.compile(
    r"(?:时间|日期|名称|标题|作者|阅读|分类|分享|打印|时效|服务对象|审核|供稿单位|关键词|录入|浏览)\Z"
)
_CLOCK = re.compile(rf"(?!.*[。;]).{{0,30}}{_DATE}\s*\d{{1,2}}:\d\d(?::\d\d)?.{{0,50}}")
_DATED = re.compile(rf"{_DATE}(?:\d{{1,2}}:\d\d(?::\d\d)?)?\Z")


def is_source_line(folded: str, *, top: bool, edge: bool) -> bool:
    """Tell whether a line states date, source, author or counters of the page in ``label: value`` form.

    ``folded`` keeps its spaces. ``edge``: it stands above or below all prose; elsewhere only a line with several
    such labels is one. ``top``: it is among the first lines; a label that a policy text uses as well (``时间：``)
    counts alone only there, with nothing but a date behind it.
    """
    if len(folded) > 200 or "。" in folded or "正文:" in folded:
        return False
    squeezed = "".join(folded.split()).lstrip("([【")
    labels = _ONE_LABEL.findall(squeezed)
    first = _ONE_LABEL.match(squeezed)
    dated = re.match(_DATE, squeezed) is not None
    if len(labels) >= 2 and (first or dated):
        return True
    if not edge:
        return False
    if top and (_CLOCK.fullmatch(squeezed) or _BARE_LABEL.fullmatch(folded)):
        return True
    if len(squeezed) > 60 or not labels or not (first or dated):
        return False
    label, _, value = squeezed.partition(":")
    return dated or not _AMBIGUOUS.fullmatch(label) or (top and _DATED.fullmatch(value) is not None)

"""Understand a question before anything is searched: its subject, its kind, the places it is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rag.asked_places import named_places
from rag.domain import Question
from rag.folding import fold
from rag.frames import in_standard_words
from rag.regions import Gazetteer, Region
from rag.spelling import Spelling
from rag.synonyms import Synonyms, load_synonyms
from rag.tokenizing import LIGHT_WORDS, Terms, bigrams, focus_words, subject, without_asking, words
from rag.written_numbers import other_forms


class QuestionKind(StrEnum):
    """What form an answer must have."""

    LIST = "list"
    AMOUNT = "amount"
    DATE = "date"
    PHONE = "phone"
    PLACE = "place"
    PERSON = "person"
    PROCEDURE = "procedure"
    MATERIALS = "materials"
    YES_NO = "yes_no"
    OTHER = "other"


_KINDS: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = (
    (
        QuestionKind.PHONE,
        re.compile(r"电话|热线|号码|联系方式|怎么联系|打给谁|拨打|(?:打|拨)(?:哪|什么|啥)(?:个|一个)?(?:号|$|[?。])"),
    ),
    (
        QuestionKind.PERSON,
        re.compile(
            r"谁|哪些人|什么人|哪类人|哪种人|什么样的人|什么对象|对象是|多大(?:年纪|岁数|年龄)|几岁(?:可以|能)|由哪个|哪个部门负责|"
            r"归(?:哪|什么|啥)|(?:哪个|哪一个|哪|什么|啥)(?:个)?(?:股|科室?|处室|部门|单位|局|机构)(?:室|里)?(?:来|在|去)?(?:负责|主管|分管|管|牵头|承办|说了算|$|[?。])|"
            r"(?:主任|局长|书记|院长|组长|领导|负责人|一把手|联系人)(?:的名字|名字)?(?:叫|姓|是)(?:什么|啥|哪)"
        ),
    ),
    (
        QuestionKind.AMOUNT,
        re.compile(
            r"多少|几多|(?<!哪)(?<!好)几(?:元|块|钱|岁|次|个(?!方面)|年|家|所|张|倍|成|项|级|类|种|针|剂|名|位|万|千|百|亿|毛|人|户|台|层|分钟|小时)|比例|占比|覆盖率|死亡率|接种率|发病率|百分之几|费用|收费|要钱|不要钱|额度|限额|多大|多高|多久|多长|最(?:多|少|高|低)"
        ),
    ),
    (
        QuestionKind.DATE,
        re.compile(
            r"什么时候|啥时|何时|何日|几点(?!要求|措施|建议|意见|内容|规定|做法|原则)|哪[天年月日]|哪(?:一|几)(?:个)?[天年月日]|哪个月|(?<!门牌)几[月号天时]|星期几|周几|礼拜几|时间|截止|到期|期限|多会儿|哪会儿|多早晚|日期|上班|开门"
        ),
    ),
    (
        QuestionKind.MATERIALS,
        re.compile(
            r"(?:带|拿|备|准备|交|提交|提供)(?:上|齐|好)?(?:些)?(?:什么|啥|哪些)(?!时候|地方|人)|(?:什么|啥|哪些)(?:材料|证件|资料|手续|东西)|材料(?:是什么|有|呢|$|[?？。])"
        ),
    ),
    (
        QuestionKind.LIST,
        re.compile(
            r"哪些|哪几|哪[一二两三四五六七八九十\d]+(?:个|项|条|件|类|种|点|大|方面)|些什么|些啥|有什么(?!用)|(?<!没)有啥(?!用)|(?:包括|包含|查|含|注意)(?:什么|啥)|什么(?:措施|条件|材料|内容|目标|任务|政策|服务|项目|要求|好处|手续|资料|证件|安排)|"
            r"(?:条件|材料|目标|任务|措施|内容|流程|步骤|项目|安排|要求|举措|做法|重点工作|原则|职责|成效|清单|要点)(?:(?:分别|都|主要)?是(?:什么|啥|哪)|(?:都|分别)?有|呢|$|[?？。])|列出|列举|几条|几招|个方面|几方面|"
            r"(?:有|提|说|讲|分|列|出|了|为|到)几(?:点|样|块|步|种|类)|分别(?:是|为|有|指)?(?:什么|啥|哪|$|[?。])|(?:做|干|抓)(?:什么|啥)(?:事|$|[?。])"
        ),
    ),
    (
        QuestionKind.PLACE,
        re.compile(
            r"在哪|哪里|哪儿|什么地方|啥地方|地址|地点|门牌|几楼|第?几层|哪(?:条|个)[路街]|[去到上]哪(?![天年月个些几])|找谁|哪个(?:医院|部门|科室|窗口|单位|地方|乡镇)|哪家"
        ),
    ),
    (
        # How something is being improved is told in sentences; only what one does oneself has steps.
        QuestionKind.OTHER,
        re.compile(
            r"(?:怎么|如何|怎样|咋)(?:推进|推动|建|提升|提高|加强|防治|防控|发展|解决|促进|保障|优化|完善|落实|深化|做好|应对|改善|开展|培养|引进|缓解|减少|降低)|是(?:怎么|如何|怎样)\S{1,4}的[?？]?$"
        ),
    ),
    (QuestionKind.PROCEDURE, re.compile(r"(?:怎么|如何|怎样|咋)(?!样)|流程|手续(?!费)|程序|步骤")),
    (
        QuestionKind.YES_NO,
        re.compile(
            r"吗|(?<![什怎那这要多])么[?？]?$|([\u4e00-\u9fff])[不没]\1|可不可以|可以不|算不算|有没有|是否|能否|可否|[^个](?:不|没|没有)[?？。]?$"
        ),
    ),
)
"""In this order: a question for a telephone number stays one even if it says 多少."""

_ASKING: Mapping[QuestionKind, frozenset[str]] = MappingProxyType(
    {
        QuestionKind.PHONE: frozenset("电话 打电话 热线 号码 联系 联系方式 拨打 咨询".split()),
        QuestionKind.DATE: frozenset("时间 日期 截止 期限 几点 几号 时候 礼拜 星期 早上 上午 中午 下午 晚上".split()),
        QuestionKind.PLACE: frozenset("地址 地点 位置 地方".split()),
        QuestionKind.AMOUNT: frozenset("费用 收费 金额 标准 多少钱 数量 比例 平均 达到 百分 百分之 分钟 小时".split()),
        QuestionKind.PERSON: frozenset("对象 人群 资格 范围 名字 享受".split()),
        QuestionKind.PROCEDURE: frozenset("流程 手续 程序 步骤 办理 方法".split()),
        QuestionKind.MATERIALS: frozenset("材料 证件 资料 手续 东西 携带 准备 提供 提交".split()),
        QuestionKind.LIST: frozenset("内容 方面 情况 安排 规定 举措 措施 做法 办法 享受".split()),
    }
)
"""Words that only say which kind is asked for. The form of the answer shows them; its words need not."""
_BODIES = frozenset("卫健委 卫健局 卫生局 卫生健康局 卫生健康委 卫生健康委员会 政府 人民政府".split())
"""Names of the bodies that write all of the policies: like a place, they say whose text is meant, not what of it."""
_ABOUT_BODY = re.compile("电话|上班|下班|地址|在哪|办公|开门")
_ASKING_SHARE = 0.3
_DONE = re.compile(r"(?:怎么|如何|怎样|咋)(?:才能|可以|能|去)?([\u4e00-\u9fff]{2})")
_DONE_WEIGHT = 0.8
"""A verb says less than a noun, but what is asked to be done (怎么预约) is the matter itself."""
_PHRASE_WEIGHT = 0.8
_TABLE_WEIGHT = 0.6
_AS_TYPED, _OTHER_FORM = 0.2, 0.5
"""Shares of a whole term: what was typed or may be meant where the question was read otherwise, and a number written in
another way."""


@dataclass(frozen=True, slots=True)
class UnderstoodQuestion:
    """A question with everything that ranking and answering need to know of it."""

    text: str
    """As it was read: what was typed, unless ``read_as`` says otherwise."""
    folded: str
    """The same in its search form; what asks in words of a region asks in standard ones (``rag.frames``)."""
    subject: str
    """Folded, without the words that only ask."""
    terms: Terms
    focus: Mapping[str, float]
    """Words of the subject that must be found in a passage that answers it, with weights; place names left out."""
    kind: QuestionKind
    named: tuple[Region, ...]
    """Places that the question itself names."""
    chosen: Region | None
    """The place chosen on the page."""
    read_as: str | None = None
    """The question as it was read, where a slip or pinyin was taken for something else than was typed."""

    @property
    def places(self) -> tuple[Region, ...]:
        """The places asked about: those named, else the chosen one."""
        return self.named or ((self.chosen,) if self.chosen else ())


def kind_of(folded: str) -> QuestionKind:
    """Return the form that an answer to a folded question must have."""
    for kind, pattern in _KINDS:
        if pattern.search(folded):
            return kind
    return QuestionKind.OTHER


def understand(
    question: Question, gazetteer: Gazetteer, with_documents: Collection[str], spelling: Spelling | None = None
) -> UnderstoodQuestion:
    """Read a question; ``with_documents`` are the places that have documents, preferred where a name is ambiguous.

    With a ``spelling``, slips and pinyin are read as what was meant, and all else is about that.
    """
    text, read_as, lightly = question.text, None, list[str]()
    mentions = gazetteer.mentions(text, prefer=with_documents)
    reading = spelling.read(text, [(mention.start, mention.end) for mention in mentions]) if spelling else None
    if reading is not None and reading.changes:
        text = read_as = reading.text
        lightly = [*reading.others, *(fold(change.typed) for change in reading.changes)]
        mentions = gazetteer.mentions(text, prefer=with_documents)
    folded = in_standard_words(fold(text).strip())
    chosen = gazetteer.resolve(question.region, prefer=with_documents) if question.region else None
    bare = subject(text)
    place_free = _without(fold(text), [(mention.start, mention.end) for mention in mentions])
    kind = kind_of(folded)
    focus = focus_of(place_free, kind, load_synonyms()) if place_free.strip() else {}
    terms = Terms(tuple(words(bare)), tuple(bigrams(bare)))
    forms = other_forms(bare)
    terms = terms.and_lightly(forms, _OTHER_FORM) if forms else terms
    return UnderstoodQuestion(
        text=text,
        folded=folded,
        subject=bare,
        terms=terms.and_lightly(lightly, _AS_TYPED) if lightly else terms,
        focus=MappingProxyType(focus),
        kind=kind,
        named=named_places(fold(text), mentions, gazetteer),
        chosen=chosen,
        read_as=read_as,
    )


def focus_of(folded: str, kind: QuestionKind, synonyms: Synonyms) -> dict[str, float]:
    """Return the focus words of a folded question without places, each with its weight in 0..1.

    Phrases of the synonym table count as one word (打预防针, 卫健局), since the dictionary would cut them into
    pieces that mean something else.
    """
    focus: dict[str, float] = {}
    folded_question = folded = in_standard_words(folded)
    for phrase in synonyms.phrases_in(folded):
        focus[phrase] = _PHRASE_WEIGHT
        folded = folded.replace(phrase, " ")
    # Where phrases are all that there is, what is left only asks.
    bare = subject(folded) if not focus else without_asking(folded)
    focus |= focus_words(bare)
    # What the table explains is a word of the domain, whatever the dictionary takes it for.
    focus |= {
        word: _TABLE_WEIGHT
        for word in words(bare)
        if word not in focus and word not in LIGHT_WORDS and synonyms.of(word)
    }
    done = _DONE.search(folded_question)
    if done and done[1] in focus:
        focus[done[1]] = max(focus[done[1]], _DONE_WEIGHT)
    asking = _ASKING.get(kind, frozenset()) | (_BODIES if not _ABOUT_BODY.search(folded_question) else frozenset())
    return {word: weight * (_ASKING_SHARE if word in asking else 1.0) for word, weight in focus.items()}


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text

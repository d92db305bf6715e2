"""Cut text into the two kinds of terms that lexical search uses: words and character bigrams.

Words alone miss compounds that the dictionary cuts differently in question and document; bigrams alone rank
chance neighbours. Measured together they beat either (``docs/retrieval.md``). Both work on folded text, so
traditional and simplified script, full-width and half-width forms meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from rag.folding import fold
from rag.frames import in_standard_words, without_frames

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ebef"
_RUN = re.compile(rf"[{_CJK}]+|[a-z0-9]+(?:[.%][a-z0-9]+)*%?")
_HAS_LETTER = re.compile(rf"[{_CJK}a-z0-9]")

QUESTION_PHRASES = (
    "是什么样的", "是怎么规定的", "有什么规定", "有哪些规定", "有哪些", "有哪几", "有什么", "是什么", "为什么", "怎么样", "怎么办", "怎样",
    "怎么", "如何", "哪些", "哪里", "哪儿", "哪个", "哪一", "哪几", "什么时候", "什么", "多少", "几个", "几项", "是多少", "何时", "何地", "请问",
    "想问一下", "想问", "问一下", "我想知道", "想知道", "我想了解", "想了解", "请告诉我", "告诉我", "能不能", "可不可以", "是不是", "有没有",
    "可以吗", "能吗", "吗", "么", "谁", "谢谢", "您好", "你好", "请介绍", "介绍一下", "讲一下", "说一下",
    "咋办", "咋整", "咋弄", "咋样", "咋", "啥时候", "啥地方", "啥样", "有啥", "是啥", "啥", "多钱", "求问", "请教一下", "请教", "问下", "问问",
    "麻烦问一下", "麻烦问下", "麻烦您", "麻烦你", "有没有人知道", "有人知道", "有谁知道", "谁知道", "不知道", "想咨询一下", "我想咨询", "想咨询",
    "咨询一下", "咨询下", "打听一下", "打听下", "了解一下", "了解下", "帮我查一下", "帮我查下", "帮我查", "帮我看看", "帮忙看看", "能否", "可否",
    "是否", "会不会", "用不用", "要不要", "行不行", "对不对", "好不好", "行吗", "好吗", "对吗", "到底", "究竟", "多谢", "感谢", "拜托", "在吗",
    "你们这里", "你们这边", "你们这儿", "你们那里", "你们那边", "我们这里", "我们这边", "我们这儿", "我们那里", "我们那边", "咱们这里", "咱们这边",
    "咱们这儿", "我们县", "我们市", "我们区", "我们镇", "我们省", "咱们县", "咱们市", "咱们区", "我们这", "你们这", "咱们这", "咱这",
)  # fmt: skip
"""Words that ask, are polite, or say 'here', and tell nothing of the subject; taken out of a question before it is matched."""

_QUESTION = re.compile(
    "|".join(sorted(map(re.escape, QUESTION_PHRASES), key=len, reverse=True))
    # Particles: in front of anything but a pause they are parts of words (网吧, 哈密, 喇嘛教).
    + r"|[呢吧啊呀嘛哈啦哦呗哎诶喔咯哟](?=$|[\s,.;:!?。、~])"
)

FUNCTION_WORDS = frozenset(
    "的 了 和 与 及 或 在 是 有 对 为 于 从 到 把 被 将 给 向 由 以 等 中 上 下 内 外 个 这 那 其 该 本 我 你 他 她 它 我们 你们 他们 您 要 会 能 可 可以 就 都 也 还 又 而 并 但 之 所".split()
)
"""Words too common to prove that a passage answers a question."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one text; both kinds keep their repetitions.

    ``light`` holds what a question may mean besides, of either kind in the fields' order: each term with the share
    of a whole term that it counts for, in 0..1. Texts have none.
    """

    words: tuple[str, ...]
    bigrams: tuple[str, ...]
    light: tuple[Mapping[str, float], Mapping[str, float]] = (MappingProxyType({}), MappingProxyType({}))

    def and_lightly(self, forms: Iterable[str], share: float) -> Terms:
        """Return the terms with the terms of other folded texts beside them; a term that is there already stays."""
        forms = list(forms)
        light = (dict(self.light[0]), dict(self.light[1]))
        for found, own, cut in zip(light, (self.words, self.bigrams), (words, bigrams), strict=True):
            for term in (term for form in forms for term in cut(form)):
                if term not in own:
                    found[term] = max(share, found.get(term, 0.0))
        return replace(self, light=(MappingProxyType(light[0]), MappingProxyType(light[1])))


@cache
def _segmenter() -> Any:
    import rjieba

    return rjieba.Jieba()


def words(folded: str) -> list[str]:
    """Return the search words of folded text: dictionary words and the shorter words inside them."""
    return [word for word in _segmenter().cut_for_search(folded, True) if _HAS_LETTER.search(word)]


def dictionary_words(folded: str) -> list[str]:
    """Return the words that the dictionary alone makes of folded text, everything else as single characters.

    Joined they are the text again: nothing is left out.
    """
    cut: list[str] = _segmenter().cut(folded, False)
    return cut


def bigrams(folded: str) -> list[str]:
    """Return the character bigrams of each Chinese run; Latin words and numbers stay whole."""
    grams: list[str] = []
    for run in _RUN.findall(folded):
        if run[0] < "\u3400" or len(run) == 1:
            grams.append(run)
        else:
            grams.extend(run[i : i + 2] for i in range(len(run) - 1))
    return grams


def terms(text: str) -> Terms:
    """Return the words and bigrams of any text."""
    folded = fold(text)
    return Terms(tuple(words(folded)), tuple(bigrams(folded)))


def subject(question: str) -> str:
    """Return a folded question without the words that only ask; the whole question if nothing else is left."""
    folded = fold(question)
    bare = without_asking(folded)
    return bare if _HAS_LETTER.search(bare) else folded


def without_asking(folded: str) -> str:
    """Return a folded question without the words that only ask, however little that leaves."""
    return re.sub(r"\s+", " ", _QUESTION.sub(" ", without_frames(in_standard_words(folded)))).strip()


_TAG_WEIGHTS = {
    "n": 1.0,
    "j": 1.0,
    "i": 0.8,
    "l": 0.8,
    "s": 0.6,
    "v": 0.45,
    "a": 0.6,
    "z": 0.6,
    "b": 0.7,
    "g": 0.7,
    "t": 0.5,
}
"""How much a word of each part of speech says about the subject, by the first letter of its ICTCLAS tag. Nouns carry
it; pronouns, adverbs, particles and measure words, which are not listed, carry nothing."""
_VERBAL_NOUN = 0.8
_UNLISTED_WEIGHT = 0.8
"""For a run of characters that is no word of the dictionary (慢特病, 长护险): a name of something, in short form."""
_SINGLE_WEIGHT = 0.4
"""A single character is found by chance far more often than its idf says."""

LIGHT_WORDS = frozenset(
    "人 钱 事 事情 时候 东西 地方 情况 方面 样子 一下 问题 意思 年 月 日 天 次 个 今年 现在 目前 今天 明天 昨天 最近 以后 之后 以前 每年 每月 每天 一年 一共 "
    "有 是 能 会 要 去 做 办 打 给 让 拿 搞 弄 算 看 说 来 到 用 交 领 补 报 查 叫 想 讲 问 知道 需要 可以 能够 应该 进行 开展 有关 相关 具体 我家 家里 "
    "主要 规定 出 吃 喝 走 跑 坐 找 当 成 发 开 请 带 得 过 行 好 大 小 多 少 新 做到 开始 包括 参加 关于 涉及 属于 负责 帮 帮忙 自己 算不算 样 最 哪 出来 让 收 去年 这个 那个 一样 回来 过来 起来 上来 下来 回去 出去 媳妇 老婆 老公 爱人 婆娘 堂客 老伴 老娘 老爸 老妈 老爹 爸妈 爸爸 妈妈 爷爷 奶奶 外公 外婆 岳母 岳父 婆婆 公公 亲戚 邻居 朋友 同事 几楼 平时 平常 才能 "
    "前 后 里 里面 外面 型 种 类 家 没 没有 就 都 还 再 又 被 把 先 才 只 几 一 二 三 两 半 些 点 号 块 元 角 岁 末 底 初 县 市 省 区 镇 乡 村 本".split()
)
"""Words with meaning of their own but too general to prove that a passage is about the same thing."""

_TOO_GENERAL = LIGHT_WORDS | FUNCTION_WORDS
_COMPLEMENTS = frozenset("到 给 得 来 去 完 好 过 着 了 掉 走".split())
"""What is put behind a verb: a light verb with one (发到, 拿走) is as light as it is alone."""


def focus_words(folded: str) -> dict[str, float]:
    """Return the words of folded text that a passage about the same thing must have, with weights in 0..1.

    Words come from the dictionary alone: guessed words glue particles to nouns. What the dictionary does not know is
    left over as single characters; such a run counts by its bigrams. Compounds come with the shorter words inside
    them, so that a passage with a part of one counts for a part. The number of a document and an ordinal
    (云卫发〔2023〕8号, 第三, 二级) are words of their own.
    """
    found: dict[str, float] = {}
    for match in _MARKED.finditer(folded):
        found[match.group()] = _MARKED_WEIGHT
    run = ""
    for word, tag in [*_segmenter().tag(_MARKED.sub(" ", folded), False), ("", "")]:
        if len(word) == 1 and word >= "\u3400" and word not in _TOO_GENERAL:
            run += word
            continue
        if len(run) == 1:
            found.setdefault(run, _SINGLE_WEIGHT)
        found.update({gram: _UNLISTED_WEIGHT for gram in bigrams(run) if len(run) > 1})
        run = ""
        weight = _weight(word, tag)
        if weight:
            found.update({part: weight for part in words(word) if part not in _TOO_GENERAL and len(part) > 1})
    return found


_MARKED = re.compile(
    rf"[{_CJK}]{{1,8}}[〔\[(]\d{{4}}[〕\])]\s?\d+号|第[一二两三四五六七八九十\d]+(?=[个次针级孩胎位])|[一二三四]级(?!甲|以)"
)
_MARKED_WEIGHT = 0.8


def _weight(token: str, tag: str) -> float:
    if len(token) == 2 and token[0] in LIGHT_WORDS and token[1] in _COMPLEMENTS:
        return 0.0
    if tag in ("eng", "x", "m"):
        return _UNLISTED_WEIGHT if len(token) > 1 and any(c.isascii() and c.isalnum() for c in token) else 0.0
    return _VERBAL_NOUN if tag == "vn" else _TAG_WEIGHTS.get(tag[:1], 0.0)

"""Chinese names in the characters of track 1: syllables of Hanyu Pinyin without tones.

The readings of characters are pypinyin's, the commonest of each; surnames read otherwise than the word, surnames of
two characters, and characters that names read in several ways stand here.  Where there is no telling, nobody guesses:
the card's data must bring the Latin form.  assumed: surname, /, given names in one word, as ISO/IEC 7813 separates
them; LYU and NYU for lü and nü, as passports write them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

_SYLLABLES = (
    "王WANG李LI张ZHANG刘LIU陈CHEN杨YANG黄HUANG赵ZHAO吴WU周ZHOU徐XU孙SUN马MA朱ZHU胡HU郭GUO何HE高GAO林LIN罗LUO郑ZHENG"
    "梁LIANG谢XIE宋SONG唐TANG许XU韩HAN冯FENG邓DENG曹CAO彭PENG曾ZENG肖XIAO田TIAN董DONG袁YUAN潘PAN蒋JIANG蔡CAI余YU杜DU"
    "叶YE程CHENG苏SU魏WEI吕LYU丁DING任REN沈SHEN姚YAO"
    "安AN宁NING平PING和HE清QING明MING文WEN华HUA春CHUN秋QIU晨CHEN晓XIAO雨YU云YUN山SHAN川CHUAN竹ZHU松SONG柏BAI兰LAN"
    "菊JU梅MEI荷HE星XING月YUE阳YANG光GUANG国GUO庆QING建JIAN新XIN志ZHI远YUAN思SI源YUAN立LI诚CHENG可KE欣XIN子ZI涵HAN"
    "家JIA乐LE天TIAN成CHENG海HAI波BO江JIANG帆FAN敏MIN"
)
PINYIN: dict[str, str] = dict(re.findall(r"([^A-Z])([A-Z]+)", _SYLLABLES))
"""The characters of synthetic names: no dictionary is loaded for them."""

SURNAMES: dict[str, tuple[str, ...]] = {
    "单": ("SHAN",),
    "解": ("XIE",),
    "仇": ("QIU",),
    "查": ("ZHA",),
    "区": ("OU",),
    "朴": ("PIAO",),
    "缪": ("MIAO",),
    "乜": ("NIE",),
    "薄": ("BO",),
    "员": ("YUN",),
    "秘": ("BI",),
    "洗": ("XIAN",),
    "繁": ("PO",),
    "折": ("SHE",),
    "种": ("CHONG",),
    "逯": ("LU",),
    "阚": ("KAN",),
    "尉": ("WEI",),
    "晁": ("CHAO",),
    "谌": ("CHEN",),
    "宓": ("MI",),
    "那": ("NA",),
    "贾": ("JIA",),
    "覃": ("QIN", "TAN"),
    "翟": ("ZHAI", "DI"),
    "盖": ("GAI", "GE"),
    "乐": ("YUE", "LE"),
    "隗": ("WEI", "KUI"),
    "郗": ("XI", "CHI"),
    "召": ("SHAO", "ZHAO"),
    "黑": ("HE", "HEI"),
    "莘": ("SHEN", "XIN"),
    "车": ("CHE",),
    "万": ("WAN",),
}
"""Surnames that are read otherwise than the word, or in several ways.  assumed: as dictionaries of names have them."""

COMPOUND: dict[str, str] = {
    "欧阳": "OUYANG",
    "司马": "SIMA",
    "上官": "SHANGGUAN",
    "诸葛": "ZHUGE",
    "夏侯": "XIAHOU",
    "东方": "DONGFANG",
    "皇甫": "HUANGFU",
    "公孙": "GONGSUN",
    "慕容": "MURONG",
    "宇文": "YUWEN",
    "司徒": "SITU",
    "司空": "SIKONG",
    "端木": "DUANMU",
    "西门": "XIMEN",
    "南宫": "NANGONG",
    "独孤": "DUGU",
    "轩辕": "XUANYUAN",
    "令狐": "LINGHU",
    "钟离": "ZHONGLI",
    "闻人": "WENREN",
    "赫连": "HELIAN",
    "申屠": "SHENTU",
    "淳于": "CHUNYU",
    "濮阳": "PUYANG",
    "尉迟": "YUCHI",
    "长孙": "ZHANGSUN",
    "万俟": "MOQI",
    "澹台": "TANTAI",
    "呼延": "HUYAN",
    "宗政": "ZONGZHENG",
}
"""Surnames of two characters."""

SEVERAL: dict[str, tuple[str, ...]] = {
    "乐": ("LE", "YUE"),
    "行": ("XING", "HANG"),
    "长": ("CHANG", "ZHANG"),
    "朝": ("ZHAO", "CHAO"),
    "重": ("CHONG", "ZHONG"),
    "茜": ("QIAN", "XI"),
    "筠": ("YUN", "JUN"),
    "盛": ("SHENG", "CHENG"),
    "单": ("DAN", "SHAN"),
    "曾": ("ZENG", "CENG"),
    "觉": ("JUE", "JIAO"),
    "侗": ("TONG", "DONG"),
}
"""Characters that given names read in several ways.  assumed: those common in names; pypinyin's first one else."""

_HANZI = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af〇]+")
FORM = "SURNAME/GIVENNAMES, capital letters, . and blanks, 2 to 26 in all"


def latin_name(name: str) -> str:
    """SURNAME/GIVENNAMES of a name of Chinese characters that can be read in one way; empty otherwise."""
    forms = _forms(name)
    return forms[0] if len(forms) == 1 else ""


def usual_form(name: str) -> str:
    """The same for a synthetic name, which nobody can say is read otherwise: the first reading of several."""
    return next(iter(_forms(name)), "")


def why_none(name: str) -> str:
    """Why a name has no one Latin form, and what to write."""
    forms = _forms(name)
    if forms:
        return f"{name!r} can be read as {' or '.join(forms[:4])}; write the one that is right"
    return f"no Latin form of {name!r} is known; write it as {FORM}"


def could_be(name: str, latin: str) -> bool:
    """Whether a Latin form may be a name's, whichever reading its owner uses; True where nobody can say."""
    if not _HANZI.fullmatch(name) or len(name) < 2:
        return True
    readings = [
        {*_dictionary(character), *_readings(character, first=not place)} for place, character in enumerate(name)
    ]
    patterns = [f"{''.join(map(_any, readings[:1]))}/{''.join(map(_any, readings[1:]))}"]
    if len(name) > 2:
        surname = re.escape(COMPOUND[name[:2]]) if name[:2] in COMPOUND else "".join(map(_any, readings[:2]))
        patterns.append(f"{surname}/{''.join(map(_any, readings[2:]))}")
    return any(re.fullmatch(pattern, latin.replace(" ", "")) for pattern in patterns) or not all(readings)


def _any(readings: set[str]) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, readings)))})"


def _forms(name: str) -> tuple[str, ...]:
    """Every form a name has by its usual readings."""
    if not _HANZI.fullmatch(name) or len(name) < 2:
        return ()
    length = 2 if len(name) > 2 and name[:2] in COMPOUND else 1
    surnames = (COMPOUND[name[:2]],) if length == 2 else _readings(name[0], first=True)
    given = product(*(_readings(character, first=False) for character in name[length:]))
    return tuple(f"{surname}/{''.join(syllables)}" for syllables in given for surname in surnames)


def _readings(character: str, *, first: bool) -> tuple[str, ...]:
    """The usual readings in a name; none of a character no dictionary has."""
    own = SURNAMES if first else SEVERAL
    if character in own:
        return own[character]
    return (PINYIN[character],) if character in PINYIN else _dictionary(character)[:1]


@lru_cache(maxsize=4096)
def _dictionary(character: str) -> tuple[str, ...]:
    """Every reading of the dictionary, the commonest first."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - its dictionaries take a third of a second

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(reading.replace("v", "yu").upper() for reading in (found[0] if found else ())))

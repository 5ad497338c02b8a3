"""Chinese names in the characters of track 1: syllables of Hanyu Pinyin without tones.

The table has the characters synthetic names are made of; for any other name the card's data must bring its Latin form
(`name_latin`), because many characters have several readings.  assumed: surname, /, given names in one word, as
ISO/IEC 7813 separates them.
"""

from __future__ import annotations

import re

_SYLLABLES = (
    "王WANG李LI张ZHANG刘LIU陈CHEN杨YANG黄HUANG赵ZHAO吴WU周ZHOU徐XU孙SUN马MA朱ZHU胡HU郭GUO何HE高GAO林LIN罗LUO郑ZHENG"
    "梁LIANG谢XIE宋SONG唐TANG许XU韩HAN冯FENG邓DENG曹CAO彭PENG曾ZENG肖XIAO田TIAN董DONG袁YUAN潘PAN蒋JIANG蔡CAI余YU杜DU"
    "叶YE程CHENG苏SU魏WEI吕LYU丁DING任REN沈SHEN姚YAO"
    "安AN宁NING平PING和HE清QING明MING文WEN华HUA春CHUN秋QIU晨CHEN晓XIAO雨YU云YUN山SHAN川CHUAN竹ZHU松SONG柏BAI兰LAN"
    "菊JU梅MEI荷HE星XING月YUE阳YANG光GUANG国GUO庆QING建JIAN新XIN志ZHI远YUAN思SI源YUAN立LI诚CHENG可KE欣XIN子ZI涵HAN"
    "家JIA乐LE天TIAN成CHENG海HAI波BO江JIANG帆FAN敏MIN"
)
PINYIN: dict[str, str] = dict(re.findall(r"([^A-Z])([A-Z]+)", _SYLLABLES))
"""One reading a character; LYU for lü, as passports write it."""


def latin_name(name: str) -> str:
    """SURNAME/GIVENNAMES of a name whose characters are all in the table; empty when one is not."""
    syllables = [PINYIN.get(character, "") for character in name]
    if len(syllables) < 2 or not all(syllables):
        return ""
    return f"{syllables[0]}/{''.join(syllables[1:])}"

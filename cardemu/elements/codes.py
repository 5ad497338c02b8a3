"""Code tables of the data elements: code to its meaning, in Chinese and English.

DATA-V2 tables; those of ethnic groups and sex are GB/T 3304 and GB/T 2261.1 (C2).  A table here may list only the
codes whose meaning is known; the card itself checks none of them.
"""

from __future__ import annotations

CODES: dict[str, dict[str, tuple[str, str]]] = {
    "card class": {
        "1": ("学龄前儿童", "preschool child"),
        "2": ("学生", "student"),
        "3": ("成人", "adult, or where the region makes no difference"),
        "4": ("老年人", "elderly person"),
    },
    "sex": {"1": ("男", "male"), "2": ("女", "female"), "9": ("未说明", "not stated")},
    "ethnic group": {
        "01": ("汉族", "Han"),
        "02": ("蒙古族", "Mongol"),
        "03": ("回族", "Hui"),
        "04": ("藏族", "Tibetan"),
        "05": ("维吾尔族", "Uygur"),
        "06": ("苗族", "Miao"),
        "07": ("彝族", "Yi"),
        "08": ("壮族", "Zhuang"),
        "09": ("布依族", "Bouyei"),
        "10": ("朝鲜族", "Korean"),
        "11": ("满族", "Manchu"),
        "12": ("侗族", "Dong"),
        "13": ("瑶族", "Yao"),
        "14": ("白族", "Bai"),
        "15": ("土家族", "Tujia"),
        "16": ("哈尼族", "Hani"),
        "17": ("哈萨克族", "Kazak"),
        "18": ("傣族", "Dai"),
        "19": ("黎族", "Li"),
        "20": ("傈僳族", "Lisu"),
        "21": ("佤族", "Va"),
        "22": ("畲族", "She"),
        "23": ("高山族", "Gaoshan"),
        "24": ("拉祜族", "Lahu"),
        "25": ("水族", "Sui"),
        "26": ("东乡族", "Dongxiang"),
        "27": ("纳西族", "Naxi"),
        "28": ("景颇族", "Jingpo"),
        "29": ("柯尔克孜族", "Kirgiz"),
        "30": ("土族", "Tu"),
        "31": ("达斡尔族", "Daur"),
        "32": ("仫佬族", "Mulao"),
        "33": ("羌族", "Qiang"),
        "34": ("布朗族", "Blang"),
        "35": ("撒拉族", "Salar"),
        "36": ("毛南族", "Maonan"),
        "37": ("仡佬族", "Gelao"),
        "38": ("锡伯族", "Xibe"),
        "39": ("阿昌族", "Achang"),
        "40": ("普米族", "Pumi"),
        "41": ("塔吉克族", "Tajik"),
        "42": ("怒族", "Nu"),
        "43": ("乌孜别克族", "Uzbek"),
        "44": ("俄罗斯族", "Russian"),
        "45": ("鄂温克族", "Ewenki"),
        "46": ("德昂族", "De'ang"),
        "47": ("保安族", "Bonan"),
        "48": ("裕固族", "Yugur"),
        "49": ("京族", "Gin"),
        "50": ("塔塔尔族", "Tatar"),
        "51": ("独龙族", "Derung"),
        "52": ("鄂伦春族", "Oroqen"),
        "53": ("赫哲族", "Hezhen"),
        "54": ("门巴族", "Monba"),
        "55": ("珞巴族", "Lhoba"),
        "56": ("基诺族", "Jino"),
        "99": ("其他", "other"),
    },
    "marital state": {
        "1": ("未婚", "single"),
        "2": ("已婚", "married"),
        "3": ("丧偶", "widowed"),
        "4": ("离婚", "divorced"),
        "9": ("其他", "other"),
    },
    "payment mode": {"1": ("联机", "online"), "2": ("脱机", "offline")},
    "transaction kind": {"1": ("圈存", "load"), "2": ("结算", "settle")},
}

ASSUMED: dict[str, dict[str, tuple[str, str]]] = {
    "employment state": {
        "1": ("在职", "employed"),
        "2": ("灵活就业", "flexible worker"),
        "3": ("失业", "unemployed"),
        "4": ("退休", "retired"),
        "5": ("未就业", "without work"),
        "6": ("未成年或在校", "minor or student"),
    },
    "personal identity": {
        "24": ("工人", "worker"),
        "31": ("学生", "student"),
        "51": ("自由职业者", "freelance"),
        "70": ("无业人员", "without occupation"),
        "80": ("退休人员", "retired"),
    },
    "registration kind": {"10101": ("就业登记", "job"), "20101": ("失业登记", "unemployment")},
    "employment form": {"100000": ("单位就业", "with an employer"), "200000": ("灵活就业", "flexible")},
    "assessment result": {
        "0": ("未达等级", "no grade"),
        "1": ("完全丧失劳动能力", "wholly lost"),
        "2": ("大部分丧失劳动能力", "largely lost"),
        "3": ("部分丧失劳动能力", "partly lost"),
    },
    "education": {
        "21": ("大学本科", "bachelor"),
        "31": ("大学专科", "junior college"),
        "47": ("技工学校", "skilled workers' school"),
        "61": ("高中", "senior high school"),
        "71": ("初中", "junior high school"),
        "81": ("小学", "primary school"),
    },
    "insurance kind": {
        "110": ("企业职工基本养老保险", "pension"),
        "210": ("失业保险", "unemployment"),
        "310": ("职工基本医疗保险", "medical"),
        "390": ("城乡居民基本医疗保险", "medical, residents"),
        "410": ("工伤保险", "work injury"),
        "510": ("生育保险", "maternity"),
    },
}
"""assumed: meanings of codes whose tables are not published in full; from memory, or our own choice (elements read
them, `personalisation/standing.py` writes them)."""

LISTED: dict[str, tuple[str, ...]] = {
    "household kind": (
        *("10", "11", "12", "20", "21", "22", "30", "31", "32", "33", "34"),
        *("40", "41", "42", "50", "51", "52"),
    ),
    "employment state": ("1", "2", "3", "4", "5", "6", "7", "8"),
    "education": ("11", "14", "21", "31", "41", "44", "47", "61", "71", "81", "90"),
    "insured class": ("11", "21", "22", "31", "32", "33", "34", "91"),
    "insurance kind": (
        *("110", "120", "150", "160", "170", "210", "310", "340", "360", "380", "390", "391", "410", "510"),
    ),
}
"""Codes whose values are published here without their meanings."""


def allowed(table: str) -> frozenset[str]:
    """The codes of a table."""
    if table in CODES:
        return frozenset(CODES[table])
    return frozenset(LISTED[table]) if table in LISTED else frozenset(ASSUMED[table])


def meaning(table: str, code: str) -> tuple[str, str]:
    """What a code means, in Chinese and English; empty where it is not known."""
    return (CODES.get(table) or ASSUMED.get(table) or {}).get(code, ("", ""))

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
    return frozenset(CODES[table]) if table in CODES else frozenset(LISTED[table])

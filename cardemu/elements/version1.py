"""The V1.0 layout where it differs from V2.0: DF01 to DF04 of generation-1 cards.

Lengths from one public Jiangsu driver (S1), agreeing with what DATA-V2 says of V1.0 (no tag 4E, no photo, DF01EF0A a
wage file, DF04EF06 account balances).  Item names are descriptive, assumed where not published.  Left out: the V1.0
forms of DF02EF05, EF08, EF09 and DF03EF05, EF07, whose rows that one source gives inconsistently.
"""

from __future__ import annotations

from dataclasses import replace

from cardemu.elements import df01, df02, df04
from cardemu.elements.model import Element, FileRow, an, cn, fen, variable
from cardemu.elements.ssse import FINGERPRINT, HOLDER_V1, ISSUER

_S1 = "one V1.0 driver (S1)"
_READ1, _READ2, _READ3, _READ4 = "pin or RK1DF01", "pin or RK1DF02", "pin or RK1DF03", "pin or RK1DF04"


def _v1(row: FileRow) -> FileRow:
    """The row with its citation, here and in its elements."""
    elements: tuple[Element, ...] = tuple(replace(element, citation=_S1) for element in row.elements)
    return replace(row, citation=_S1, elements=elements)


_FIRST_EMPLOYED = {0x60: "work.first_employed_on"}
"""Of the dates of employment the one whose meaning V2.0 tells."""
_ISSUER = replace(
    ISSUER,
    elements=tuple(replace(row, example="1.00") if row.tag == 0x03 else row for row in ISSUER.elements),
)

_FILES: tuple[FileRow, ...] = (
    variable(
        "DF01",
        0xEF05,
        "household registration",
        "户籍信息文件",
        _READ1,
        "UK1DF01",
        an(0x20, 1, "household_kind", "户口类别", "1"),
        an(0x21, 62, "household_address", "户籍地址", "示例省示例市一路1号", "person.household_address"),
        an(0x22, 18, "household_number", "户口簿编号", "1"),
    ),
    variable(
        "DF01",
        0xEF06,
        "residence",
        "通讯信息文件",
        _READ1,
        "UK4DF01",
        an(0x25, 62, "residence_address", "通讯地址", "示例省示例市二路2号", "person.address"),
        an(0x26, 18, "residence_number", "居住证编号", "1"),
        cn(0x27, 3, "post_code", "邮政编码", "315000"),
        an(0x28, 15, "telephone", "联系电话", "13000000000", "person.telephone"),
    ),
    df01.FILES[2],
    df01.FILES[3],
    variable(
        "DF01",
        0xEF09,
        "employer",
        "就业单位信息文件",
        _READ1,
        "UK2DF01",
        an(0x2E, 62, "employer", "单位名称", "示例有限公司", "work.employer"),
        an(0x2F, 8, "employer_number", "单位编号", "00000001", "work.employer_number"),
        an(0x30, 9, "employer_code", "组织机构代码", "000000001", "work.employer_code"),
        an(0x31, 1, "employer_level", "单位隶属关系", "5"),
        an(0x32, 3, "employer_kind", "单位类型", "110"),
    ),
    variable(
        "DF01",
        0xEF0A,
        "wages",
        "工资信息文件",
        _READ1,
        "UK5DF01",
        fen(0x37, 4, "wage", "工资（分）", "00500000", "insurance.wage"),
        fen(0x38, 4, "contribution_base", "缴费基数（分）", "00500000", "insurance.wage"),
        cn(0x39, 4, "wage_date", "核定日期", "20090101", "insurance.first_insured_on"),
    ),
    variable(
        "DF02",
        0xEF06,
        "employment state",
        "就业与失业信息文件",
        _READ2,
        "UK2DF02",
        *(
            cn(tag, 4, f"employment_date_{n}", f"就业失业日期{n}", "20090101", _FIRST_EMPLOYED.get(tag, ""))
            for n, tag in enumerate((0x4B, 0x4C, 0x60, 0x4D, 0x4F, 0x50), start=1)
        ),
        an(0x3A, 7, "occupation", "从事职业工种", "6070302", "work.occupation"),
    ),
    df02.FILES[2],
    variable(
        "DF03",
        0xEF06,
        "disability assessment",
        "丧失劳动能力鉴定信息文件",
        _READ3,
        "UK2DF03",
        cn(0x67, 4, "assessed_on", "鉴定日期", "20090301", "insurance.assessed_on"),
        an(0x68, 62, "assessment", "鉴定结论", "无", "insurance.assessment_text"),
        an(0x69, 62, "assessment_basis", "鉴定依据", "无"),
        an(0x6A, 16, "assessment_number", "鉴定编号", "0000000000000001", "insurance.assessment_number"),
        an(0x6B, 60, "assessing_body", "鉴定机构", "示例市劳动能力鉴定委员会", "insurance.assessing_body"),
    ),
    variable(
        "DF04",
        0xEF05,
        "medical insurance",
        "医疗保险基本信息文件",
        _READ4,
        "UK1DF04",
        cn(0x80, 4, "insured_on", "参保日期", "20080801", "insurance.medical_since"),
        *(
            row
            for n, (name, place, number) in enumerate(((0x81, 0x82, 0x83), (0x84, 0x85, 0x86), (0x87, 0x88, 0x89)), 1)
            for row in (
                an(name, 70, f"hospital_name_{n}", f"定点医疗机构名称{n}", f"示例市第{n}医院"),
                an(place, 8, f"hospital_place_{n}", f"定点医疗机构地区{n}", "990301"),
                an(number, 9, f"hospital_{n}", f"定点医疗机构{n}", f"99030100{n}"),
            )
        ),
        an(0x8A, 15, "special_mark", "特殊人员标识", "无"),
        cn(0x8B, 10, "special_disease", "特殊病种", ""),
        an(0x8C, 1, "insured_class", "医疗人员类别", "1"),
        an(0x8F, 1, "payment_mode", "结算方式", "2", "insurance.payment_mode", "payment mode"),
    ),
    variable(
        "DF04",
        0xEF06,
        "online balances",
        "医疗账户余额信息文件",
        "pin and RK1DF04",
        "UK2DF04",
        fen(0x90, 4, "balance", "账户余额（分）", "00003520"),
        fen(0x92, 4, "self_pay_sum", "自付累计（分）", "00000000"),
        fen(0x93, 4, "pooled_sum", "统筹累计（分）", "00000000"),
    ),
    df04.LOG,
)

FILES: tuple[FileRow, ...] = (_ISSUER, HOLDER_V1, FINGERPRINT, *(_v1(row) for row in _FILES))

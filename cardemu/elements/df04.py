"""DF04, social insurance area 2: medical insurance and its account, V2.0 (DATA-V2, C2 with a Jiangsu driver).

Item names are descriptive; where only tag and length are published they are assumed, and so are UK1 and UK2 for the
files they write.  The transaction log is the card's own: nobody may write it (C2).
"""

from __future__ import annotations

from cardemu.elements.model import FEN, FileRow, an, cn, cyclic, fen, number, variable

_READ = "pin or RK1DF04"


LOG = cyclic(
    "DF04",
    0xEF08,
    "transactions",
    "医疗账户交易明细文件",
    "pin",
    "never",
    30,
    number(2, "sequence", "交易序号", "0000"),
    an(0, 1, "kind", "交易类型", "2", codes="transaction kind"),
    cn(0, 6, "terminal", "终端机编号", "410100000001"),
    cn(0, 7, "time", "交易时间", "20260302091000"),
    number(4, "account_amount", "个人账户金额（分）", "00000DC0", FEN),
    number(4, "self_pay_amount", "自付金额（分）", "00000000", FEN),
    number(4, "pooled_amount", "统筹金额（分）", "00000000", FEN),
)

FILES: tuple[FileRow, ...] = (
    variable(
        "DF04",
        0xEF05,
        "medical insurance",
        "医疗保险基本信息文件",
        _READ,
        "UK1DF04",
        an(0x81, 8, "insurance_body", "医保经办机构", "99030101", "insurance.body"),
        cn(0x84, 3, "insured_region", "参保地行政区划", "990301", "insurance.medical_region"),
        an(0x87, 17, "personal_number", "个人编号", "99030100000000001", "insurance.personal_number"),
        cn(0x8C, 1, "insured_class", "医疗人员类别", "11", "insurance.medical_class", "insured class"),
        cn(0x80, 4, "insured_on", "参保日期", "20120801", "insurance.medical_since"),
        an(0x8B, 29, "special_disease", "特殊病种", "无"),
        an(0x8A, 15, "special_mark", "特殊人员标识", "无"),
        *(
            an(tag, 9, f"hospital_{n}", f"定点医疗机构{n}", f"99030100{n}")
            for n, tag in enumerate((0x83, 0x86, 0x89, 0x7D, 0x7E, 0x7F, 0x8D, 0x8E), start=1)
        ),
        an(0x8F, 1, "payment_mode", "结算方式", "2", "insurance.payment_mode", "payment mode"),
    ),
    variable(
        "DF04",
        0xEF06,
        "settlement",
        "医疗保险结算信息文件",
        "pin and RK1DF04",
        "UK2DF04",
        an(0x90, 1, "offline_mark", "脱机结算标志", "0"),
        fen(0x92, 4, "accumulated_amount", "累计金额（分）", "00003520"),
        an(0x93, 2, "accumulated_count", "累计次数", "01"),
    ),
    LOG,
    cyclic(
        "DF04",
        0xEF15,
        "diseases",
        "病种记录文件",
        _READ,
        "UK2DF04",
        8,
        number(2, "sequence", "序号", "0001"),
        an(0, 1, "disease_class", "病种类别", "1"),
    ),
)

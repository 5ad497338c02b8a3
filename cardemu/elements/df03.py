"""DF03, social insurance area 1, V2.0 (DATA-V2; lengths C2 with a Jiangsu driver).

Item names are descriptive; where only tag and length are published they are assumed, and so is which UK writes which
file (UK1 to UK8 in order of the eight files).  Tag 60 exists here when DF02EF06 lacks it; this table keeps both rows
and the products choose.
"""

from __future__ import annotations

from cardemu.elements.model import FileRow, an, cn, fen, group, variable

_READ = "pin or RK1DF03"

_INJURY = group(
    0x4A,
    "injury",
    "工伤记录",
    (
        an(0x13, 2, "injury_kind", "伤害程度", "01"),
        an(0x14, 1, "injury_care_level", "生活自理障碍等级", "1"),
        an(0x15, 20, "injury_conclusion_number", "鉴定结论书编号", "20240000000000000001"),
        cn(0x16, 4, "injury_date", "工伤发生日期", "20240110"),
        an(0x17, 60, "injury_body", "鉴定机构", "示例市劳动能力鉴定委员会"),
    ),
    3,
    "insurance.injury",
)
_BENEFIT = group(
    0x79,
    "benefit",
    "待遇享受",
    (
        an(0x18, 3, "benefit_kind", "险种", "110", codes="insurance kind"),
        cn(0x19, 3, "benefit_region", "待遇支付地", "990301"),
        cn(0x1A, 4, "benefit_from", "起始日期", "20240101"),
        cn(0x1B, 4, "benefit_to", "终止日期", "20241231"),
        fen(0x1C, 4, "benefit_amount", "金额（分）", "00350000"),
        an(0x1D, 3, "benefit_state", "状态", "101"),
        cn(0x1E, 4, "benefit_changed_on", "变更日期", "20240105"),
    ),
    4,
    "insurance.benefit",
)

FILES: tuple[FileRow, ...] = (
    variable(
        "DF03",
        0xEF05,
        "insurance participation",
        "社会保险参保信息文件",
        "pin or RK2DF03",
        "UK1DF03",
        cn(0x61, 3, "insurance_region", "参保地行政区划", "990301", "insurance.region"),
        cn(0x60, 4, "first_employed_on", "参加工作日期", "20120701", "work.first_employed_on"),
        cn(0x98, 4, "first_insured_on", "首次参保日期", "20120801", "insurance.first_insured_on"),
        cn(0x62, 4, "changed_on", "变更日期", "20240105", "insurance.changed_on"),
        an(0x63, 3, "insurance_1", "参保险种1", "110", "insurance.kind_1", "insurance kind"),
        an(0x64, 3, "insurance_2", "参保险种2", "310", "insurance.kind_2", "insurance kind"),
        an(0x65, 3, "insurance_3", "参保险种3", "210", "insurance.kind_3", "insurance kind"),
        an(0x66, 3, "insurance_4", "参保险种4", "410", "insurance.kind_4", "insurance kind"),
    ),
    variable(
        "DF03",
        0xEF06,
        "work injury",
        "工伤保险信息文件",
        _READ,
        "UK2DF03",
        an(0x45, 20, "recognition_number", "工伤认定书编号", "20240000000000000001", "insurance.recognition_number"),
        an(0x46, 2, "recognition_kind", "工伤认定类别", "01", "insurance.recognition_kind"),
        an(0x47, 2, "disability_level", "伤残等级", "10", "insurance.disability_level"),
        an(0x48, 1, "care_level", "护理依赖程度", "1"),
        an(0x49, 1, "device_mark", "辅助器具标志", "0"),
        cn(0x67, 4, "assessed_on", "鉴定日期", "20240301", "insurance.assessed_on"),
        an(0x6B, 60, "assessing_body", "鉴定机构", "示例市劳动能力鉴定委员会", "insurance.assessing_body"),
        _INJURY,
    ),
    variable(
        "DF03",
        0xEF07,
        "pension",
        "养老保险信息文件",
        _READ,
        "UK3DF03",
        an(0x70, 3, "pension_kind", "养老保险险种", "110", "insurance.pension_kind", "insurance kind"),
        cn(0x71, 3, "pension_region", "养老保险关系所在地", "990301", "insurance.pension_region"),
        cn(0x6E, 4, "pension_joined_on", "参保日期", "20120801", "insurance.pension_joined_on"),
        cn(0x6C, 4, "retired_on", "离退休日期", "", "insurance.retired_on"),
        cn(0x6F, 4, "pension_paid_from", "待遇起始日期", "", "insurance.pension_from"),
        cn(0x73, 4, "pension_changed_on", "变更日期", "20240105", "insurance.pension_changed_on"),
    ),
    variable(
        "DF03",
        0xEF15,
        "unemployment insurance",
        "失业保险信息文件",
        _READ,
        "UK4DF03",
        cn(0x7A, 3, "unemployment_region", "失业保险所在地", "990301", "insurance.unemployment_region"),
        cn(0x7B, 4, "unemployment_from", "待遇起始日期", "20230101", "insurance.unemployment_from"),
        cn(0x7C, 4, "unemployment_to", "待遇终止日期", "20230630", "insurance.unemployment_to"),
    ),
    variable(
        "DF03",
        0xEF16,
        "maternity insurance",
        "生育保险信息文件",
        _READ,
        "UK5DF03",
        cn(0x51, 3, "maternity_region", "生育保险所在地", "990301", "insurance.maternity_region"),
        an(0x5F, 1, "maternity_state", "生育保险状态", "1", "insurance.maternity_state"),
    ),
    variable(
        "DF03",
        0xEF17,
        "disability assessment",
        "劳动能力鉴定信息文件",
        _READ,
        "UK6DF03",
        an(0x3B, 20, "assessment_number", "鉴定结论书编号", "20240000000000000002", "insurance.assessment_number"),
        an(0x3C, 70, "assessment_body", "鉴定机构", "示例市劳动能力鉴定委员会", "insurance.assessing_body"),
        an(0x3D, 1, "assessment_result", "鉴定结论", "1", "insurance.assessment_result", "assessment result"),
        cn(0x3E, 4, "assessment_date", "鉴定日期", "20240301", "insurance.assessed_on"),
        an(0x3F, 60, "assessment_note", "备注", "无", "insurance.assessment_text"),
    ),
    variable(
        "DF03",
        0xEF18,
        "relation transfer",
        "社会保险关系转移信息文件",
        _READ,
        "UK7DF03",
        an(0x74, 3, "transfer_kind", "转移险种", "110", "insurance.transfer_kind", "insurance kind"),
        cn(0x75, 3, "transfer_region", "转出地", "990302", "insurance.transfer_region"),
        cn(0x76, 1, "transfer_state", "转移状态", "01", "insurance.transfer_state"),
        cn(0x77, 4, "transfer_from", "转出日期", "20230101", "insurance.transfer_out"),
        cn(0x78, 4, "transfer_to", "转入日期", "20230201", "insurance.transfer_in"),
    ),
    variable("DF03", 0xEF19, "benefits", "社会保险待遇信息文件", _READ, "UK8DF03", _BENEFIT),
)

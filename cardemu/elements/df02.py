"""DF02, employment and unemployment, V2.0 (DATA-V2; lengths C2 with a Jiangsu driver).

Item names are descriptive; where only tag and length are published they are assumed, and so is which UK writes which
file (in order of the files).
"""

from __future__ import annotations

from cardemu.elements.model import FileRow, an, cn, cyclic, group, variable

_READ = "pin or RK1DF02"

_SKILL = group(
    0x43,
    "vocational_qualification",
    "职业资格",
    (
        an(0x5A, 7, "occupation", "职业工种代码", "6070302"),
        an(0x5B, 1, "qualification_level", "职业资格等级", "3"),
        an(0x5C, 70, "qualification_body", "鉴定机构", "示例市职业技能鉴定中心"),
        cn(0x5D, 4, "qualification_date", "发证日期", "20180520"),
        an(0x5E, 16, "qualification_number", "证书编号", "1800000000000001"),
    ),
    2,
    "work.qualification",
)
_TRAINING = group(
    0x44,
    "training",
    "职业培训",
    (
        an(0x33, 3, "training_kind", "培训类别", "101"),
        an(0x34, 70, "training_body", "培训机构", "示例市职业培训学校"),
        cn(0x35, 4, "training_date", "结业日期", "20170630"),
        an(0x36, 16, "training_number", "结业证书编号", "1700000000000001"),
    ),
    2,
    "work.training",
)
_AID = group(
    0x99,
    "employment_aid",
    "就业援助对象认定",
    (
        an(0x10, 3, "aid_kind", "援助对象类别", "101"),
        cn(0x11, 4, "aid_date", "认定日期", "20240301"),
        cn(0x12, 3, "aid_region", "认定机构行政区划", "990301"),
    ),
    4,
)

FILES: tuple[FileRow, ...] = (
    variable(
        "DF02",
        0xEF05,
        "occupation and skills",
        "职业和专业技能信息文件",
        _READ,
        "UK1DF02",
        an(0x42, 3, "technical_class", "专业技术类别", "013"),
        an(0x41, 3, "technical_level", "专业技术等级", "023"),
        _SKILL,
        _TRAINING,
    ),
    variable(
        "DF02",
        0xEF06,
        "employment state",
        "就业状况信息文件",
        _READ,
        "UK2DF02",
        cn(0x4C, 4, "registered_on", "登记日期", "20240301", "work.registered_on"),
        an(0x4B, 5, "registration_kind", "登记类别", "10101", "work.registration_kind", "registration kind"),
        cn(0x4D, 3, "registration_region", "登记机构行政区划", "990301", "work.registration_region"),
        cn(0x60, 4, "first_employed_on", "参加工作日期", "20120701", "work.first_employed_on"),
        an(0x4F, 6, "employment_form", "就业形式", "100000", "work.form", "employment form"),
        cn(0x50, 3, "employment_region", "就业地行政区划", "990301", "work.region"),
        an(0x3A, 7, "occupation", "从事职业工种", "6070302", "work.occupation"),
    ),
    cyclic(
        "DF02",
        0xEF07,
        "employment record",
        "就业记录信息文件",
        _READ,
        "UK3DF02",
        4,
        an(0, 7, "occupation", "职业工种代码", "6070302"),
        cn(0, 4, "from_date", "起始日期", "20120701"),
        cn(0, 4, "to_date", "终止日期", "20151231"),
        an(0, 70, "employer", "单位名称", "示例有限公司"),
        source="work.record",
    ),
    variable(
        "DF02",
        0xEF09,
        "employment registration certificate",
        "就业失业登记证信息文件",
        _READ,
        "UK4DF02",
        an(0x55, 16, "certificate_number", "证书编号", "9903010000000001", "work.certificate_number"),
        an(0x56, 70, "certificate_body", "发证机构", "示例市就业服务中心", "work.certificate_body"),
        cn(0x96, 4, "certificate_date", "发证日期", "20240301", "work.certificate_date"),
        cn(0x97, 3, "certificate_region", "发证机构行政区划", "990301", "work.certificate_region"),
    ),
    variable(
        "DF02",
        0xEF15,
        "employment aid",
        "就业援助对象认定信息文件",
        _READ,
        "UK5DF02",
        _AID,
        cn(0x0F, 4, "aid_end_date", "退出日期", "20250301"),
        cn(0x1F, 3, "aid_end_region", "退出认定机构行政区划", "990301"),
    ),
    cyclic(
        "DF02",
        0xEF16,
        "policy benefits",
        "享受就业扶持政策信息文件",
        _READ,
        "UK6DF02",
        4,
        an(0, 3, "policy_kind", "政策类别", "101"),
        cn(0, 4, "policy_date", "审批日期", "20240315"),
        cn(0, 4, "from_date", "起始日期", "20240401"),
        cn(0, 4, "to_date", "终止日期", "20250331"),
        cn(0, 3, "policy_region", "审批机构行政区划", "990301"),
    ),
)

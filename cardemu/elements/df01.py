"""DF01, public application data, V2.0 (DATA-V2 tables 4 to 9; lengths C2 with a Jiangsu driver).

Item names are descriptive; where only tag and length are published they are assumed.
"""

from __future__ import annotations

from cardemu.elements.model import FileRow, an, cn, group, transparent, variable

_READ = "pin or RK1DF01"

EDUCATION = group(
    0x40,
    "technical_title",
    "专业技术职务",
    (
        an(0x57, 3, "title_code", "专业技术职务代码", "013"),
        cn(0x58, 3, "title_month", "取得时间", "201506"),
        an(0x59, 40, "title_issuer", "评审单位", "示例市人力资源局"),
    ),
    3,
)

FILES: tuple[FileRow, ...] = (
    variable(
        "DF01",
        0xEF05,
        "household registration",
        "户籍信息文件",
        _READ,
        "UK1DF01",
        an(0x20, 2, "household_kind", "户口类别", "10", "person.household_kind", "household kind"),
        an(0x21, 80, "household_address", "户籍地址", "示例省示例市一路1号", "person.household_address"),
        cn(0x0E, 3, "household_region", "户籍所在地行政区划", "990301", "person.household_region"),
    ),
    variable(
        "DF01",
        0xEF06,
        "residence",
        "常住地信息文件",
        _READ,
        "UK4DF01",
        an(0x23, 80, "residence_address", "常住地址", "示例省示例市二路2号", "person.address"),
        cn(0x24, 3, "residence_region", "常住地行政区划", "990301", "person.region"),
        an(0x28, 15, "telephone", "联系电话", "13000000000", "person.telephone"),
        an(0x2C, 50, "contact_name", "联系人姓名", "王一"),
        an(0x2D, 15, "contact_telephone", "联系人电话", "13000000001"),
    ),
    variable(
        "DF01",
        0xEF07,
        "personal state",
        "个人状况信息文件",
        _READ,
        "UK2DF01",
        an(0x29, 1, "employment_state", "就业状态", "1", "work.state", "employment state"),
    ),
    variable(
        "DF01",
        0xEF08,
        "marriage",
        "婚姻状况信息文件",
        _READ,
        "UK3DF01",
        an(0x2B, 1, "marital_state", "婚姻状况", "1", "person.marital_state", "marital state"),
    ),
    variable(
        "DF01",
        0xEF09,
        "identity and employer",
        "人员身份及就业单位信息文件",
        _READ,
        "UK2DF01",
        an(0x2E, 70, "employer", "单位名称", "示例有限公司", "work.employer"),
        an(0x30, 9, "employer_code", "组织机构代码", "000000001", "work.employer_code"),
        an(0x32, 2, "identity_class", "个人身份", "24", "work.identity", "personal identity"),
    ),
    variable(
        "DF01",
        0xEF0A,
        "nationality and politics",
        "国籍及政治面貌信息文件",
        _READ,
        "UK5DF01",
        an(0x37, 3, "nationality", "国籍", "CHN", "person.nationality"),
        an(0x38, 2, "political_status", "政治面貌", "13"),
        cn(0x39, 4, "political_date", "加入日期", "20100701"),
    ),
    variable(
        "DF01",
        0xEF15,
        "education",
        "学历信息文件",
        _READ,
        "UK6DF01",
        cn(0x2A, 1, "education", "文化程度", "21", "person.education", "education"),
        EDUCATION,
    ),
    *(
        transparent("DF01", 0xEF16 + n, f"reserved {n + 1}", f"预留文件{n + 1}", "free", key, 0x128)
        for n, key in enumerate(("UK7DF01", "UK8DF01", "UK9DF01", "UKADF01", "UKBDF01"))
    ),
)

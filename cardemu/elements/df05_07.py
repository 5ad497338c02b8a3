"""DF05 health, DF06 relief, DF07 personnel and talent, V2.0 (DATA-V2).

DF05 and DF06: only the tags are published (A0 to BC, C0 to E2), not lengths; the files exist and start empty, so
that an issuer can append records of any length.  Their sizes and write keys are assumed.  DF07: lengths C2, names
descriptive where not published.
"""

from __future__ import annotations

from cardemu.elements.model import FileRow, an, cn, variable

FILES: tuple[FileRow, ...] = (
    variable("DF05", 0xEF05, "health", "生命与健康信息文件", "free", "UK1DF05", size=0x200),
    variable("DF06", 0xEF05, "relief", "社会救助信息文件", "RK1DF06", "UK1DF06", size=0x200),
    variable("DF06", 0xEF06, "preferential treatment", "社会优抚信息文件", "RK1DF06", "UK2DF06", size=0x200),
    variable(
        "DF07",
        0xEF05,
        "personnel",
        "人事信息文件",
        "RK1DF07",
        "UK1DF07",
        an(0xF0, 2, "personnel_class", "人员类别", "01", "work.personnel_class"),
        an(0xF1, 1, "personnel_state", "人员状态", "1", "work.personnel_state"),
        cn(0xF2, 4, "personnel_from", "起始日期", "20120701", "work.personnel_from"),
        an(0xF3, 3, "post_kind", "岗位类别", "101"),
        cn(0xF4, 4, "post_from", "任职日期", "20150701"),
    ),
    variable(
        "DF07",
        0xEF06,
        "talent",
        "人才信息文件",
        "RK2DF07",
        "UK2DF07",
        an(0xF5, 3, "talent_kind", "人才类别", "101"),
        cn(0xF6, 4, "talent_date", "认定日期", "20200101"),
        an(0xF7, 70, "talent_body", "认定机构", "示例市人才服务中心"),
    ),
    variable(
        "DF07",
        0xEF07,
        "public service",
        "人事公共服务信息文件",
        "RK3DF07",
        "UK3DF07",
        cn(0xF8, 4, "service_date", "办理日期", "20210101", "work.service_date"),
        an(0xF9, 1, "service_kind", "办理类别", "1", "work.service_kind"),
    ),
)

"""Layouts: which applications and files each version of the specification puts on a card."""

from __future__ import annotations

from cardemu.elements import df01, df02, df03, df04, df05_07, ssse, version1
from cardemu.elements.model import DfRow, Element, FileRow

SSSE_NAME = b"sx1.sh." + "社会保障".encode("gbk")
"""DF name of the application environment (C2; 15 bytes)."""
SSSE_FID = 0xDDF1
_LABEL_ONLY = "DATA-V2 app. B (S1)"
_RID = bytes.fromhex("D156000005")

DFS: tuple[DfRow, ...] = (
    DfRow("DF01", 0xDF01, _RID + b"\x00", "公共应用信息区", "public application data"),
    DfRow("DF02", 0xDF02, _RID + b"\x01", "就业与失业信息区", "employment and unemployment"),
    DfRow("DF03", 0xDF03, _RID + b"\x02", "社会保险信息区1", "social insurance, area 1"),
    DfRow("DF04", 0xDF04, _RID + b"\x03", "社会保险信息区2", "social insurance, area 2 (medical)"),
    DfRow("DF05", 0xDF05, "生命与健康信息区".encode("gbk"), "生命与健康信息区", "life and health", _LABEL_ONLY),
    DfRow("DF06", 0xDF06, "救助与优抚信息区".encode("gbk"), "救助与优抚信息区", "relief", _LABEL_ONLY),
    DfRow("DF07", 0xDF07, _RID + b"\x04", "人事人才信息区", "personnel and talent", "DATA-V2 (C2)"),
)

LAYOUTS: dict[str, tuple[FileRow, ...]] = {
    "V1.0": version1.FILES,
    "V2.0": (*ssse.FILES, *df01.FILES, *df02.FILES, *df03.FILES, *df04.FILES, *df05_07.FILES),
}


def find_file(layout: str, key: str) -> FileRow:
    """The file readers call SSSEEF05; KeyError when the layout has none."""
    for row in LAYOUTS[layout]:
        if row.key == key:
            return row
    raise KeyError(key)


def find_element(layout: str, key: str, tag: int) -> Element:
    """The element with a tag in a file; KeyError when there is none."""
    for element in find_file(layout, key).elements:
        if element.tag == tag:
            return element
    message = f"{key} tag {tag:02X}"
    raise KeyError(message)

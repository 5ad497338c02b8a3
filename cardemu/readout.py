"""What is read from a card for people: the fields of the basic data by name, and the elements of a file."""

from __future__ import annotations

from cardemu.elements.model import FileRow
from cardemu.files import Kind
from cardemu.terminal.errors import OK, Code, english, from_status
from cardemu.terminal.link import is_records
from cardemu.terminal.reader import AUTH_KEY, Reader

NO_RECORD = 0x6A83
BASIC_FIELDS = (
    *("region", "social_security_number", "card_number", "card_identification", "name", "reset_bytes"),
    *("version", "issue_date", "valid_until", "terminal_number", "terminal_device"),
)


def file_values(desk: Reader, row: FileRow) -> dict[str, str]:
    """Every element of a file; under `refused` why there are none, unless it is a cyclic file nobody wrote to."""
    out = bytearray()
    names: list[str] = []
    if is_records(row):
        tags = [
            (element.name if element.times == 1 else f"{element.name}:{number}", f"{element.tag:02X}:{number}")
            for element in row.elements
            for number in range(1, element.times + 1)
        ]
        if not tags:
            return {}
        names, address = [name for name, _ in tags], "|".join((row.key, *(tag for _, tag in tags))) + "|$"
    else:
        names, address = [element.name for element in row.elements], f"{row.key}:1$"
    code = desk.iReadCard(1, AUTH_KEY, "", address, out)
    if code == from_status(NO_RECORD) and row.kind is Kind.CYCLIC:
        return {}
    if code == Code.CANCELLED:
        return {"refused": "needs the PIN (--pin)"}
    if code != OK:
        return {"refused": f"{code}: {english(code)}"}
    return dict(zip(names, out.decode("gb18030")[:-2].split("|")[1:], strict=True))

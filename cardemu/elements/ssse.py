"""SSSE, the application environment, V2.0: issuer, cardholder, fingerprint, photo (DATA-V2 tables 3 and 9, C2)."""

from __future__ import annotations

from cardemu.elements.model import Element, FileRow, Form, an, cn, transparent, variable

ISSUER = variable(
    "SSSE",
    0xEF05,
    "issuer data",
    "发卡机构数据文件",
    "free",
    "UKSSSE",
    Element(
        0x01, "card_identification", "卡的识别码", Form.B, 16, "card.identification", "990301D15600000500000001FFFFFFFF"
    ),
    an(0x02, 1, "card_class", "卡的类别", "3", "card.holder_class", "card class"),
    an(0x03, 4, "version", "规范版本", "2.00", "product.version"),
    cn(0x04, 12, "initialising_body", "初始化机构编号", "915600000299030199030101", "card.initialising_body"),
    cn(0x05, 4, "issue_date", "发卡日期", "20260302", "card.issue_date"),
    cn(0x06, 4, "valid_until", "卡有效期", "20360302", "card.valid_until"),
    an(0x07, 9, "card_number", "卡号", "X00000019", "card.number"),
)

_NUMBER = an(0x08, 18, "social_security_number", "社会保障号码", "990301199003070024", "person.number")
_NAME = an(0x09, 30, "name", "姓名", "李敏", "person.name")
_EXTENSION = an(0x4E, 20, "name_extension", "姓名扩展", "", "person.name")
_PERSON = (
    an(0x0A, 1, "sex", "性别", "2", "person.sex", "sex"),
    cn(0x0B, 1, "ethnic_group", "民族", "01", "person.ethnic_group", "ethnic group"),
    cn(0x0C, 3, "birthplace", "出生地", "990301", "person.birthplace"),
    cn(0x0D, 4, "birth_date", "出生日期", "19900307", "person.birth_date"),
)

HOLDER = variable(
    "SSSE", 0xEF06, "cardholder data", "持卡人基本信息文件", "free", "UKSSSE", _NUMBER, _NAME, _EXTENSION, *_PERSON
)
HOLDER_V1 = variable(
    "SSSE", 0xEF06, "cardholder data", "持卡人基本信息文件", "free", "UKSSSE", _NUMBER, _NAME, *_PERSON
)
FINGERPRINT = transparent("SSSE", 0xEF07, "fingerprint", "指纹数据文件", "RKSSSE", "UKSSSE", 0x300)
PHOTO = transparent("SSSE", 0xEF08, "photo", "照片数据文件", "RKSSSE", "UKSSSE", 0x1000)

FILES: tuple[FileRow, ...] = (ISSUER, HOLDER, FINGERPRINT, PHOTO)

"""Make the bundled fonts anew from the Noto CJK fonts of the Debian packages fonts-noto-cjk and unicode-data.

    python -m cardemu.face.fonts.make_subset [FONT FOLDER] [UNICODE FOLDER] [OUTPUT FOLDER]

The text font has the Table of General Standard Chinese Characters (8 105 characters, from the Unihan property kTGH),
the hanzi of GB 2312 beyond it (125), ASCII, Latin-1, the tone vowels of Pinyin and the punctuation of names: 2.2 MB.
All hanzi of GBK would make 6.0 MB, for characters that `--font-file` brings when they are needed.  The two other fonts
are for what is always the same: the titles and the specimen mark.

Hinting is kept, so a character of a subset is drawn exactly as in the whole font.  The subsets carry names of their
own: "Noto" is a trademark, and the licence (OFL-1.1, clause 3) wants modified versions renamed where a name is
reserved.
"""

from __future__ import annotations

import bz2
import sys
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent
NOTO_FOLDER = Path("/usr/share/fonts/opentype/noto")
UNICODE_FOLDER = Path("/usr/share/unicode")
SIMPLIFIED_CHINESE = 2
"""Place of the SC font in Debian's collections."""

ASCII = frozenset(range(0x20, 0x7F))
LATIN = frozenset(range(0xA0, 0x100)) | frozenset(map(ord, "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü"))
PUNCTUATION = frozenset(map(ord, "·•‧・〇—–‘’“”…、。《》〈〉（）【】：；，．！？－／　"))
FIXED = frozenset(map(ord, "中华人民共和国社会保障卡样卡省市自治区特别行政州盟县旗居民服务医疗一卡通第代占位版式·"))


@dataclass(frozen=True, slots=True)
class Cut:
    """One bundled font: which collection it is cut from and its new name."""

    file: str
    source: str
    family: str
    style: str
    postscript: str


CUTS = (
    Cut("text.otf", "NotoSansCJK-Regular.ttc", "Cardmill Text", "Regular", "CardmillText-Regular"),
    Cut("title.otf", "NotoSerifCJK-Bold.ttc", "Cardmill Title", "Bold", "CardmillTitle-Bold"),
    Cut("mark.otf", "NotoSansCJK-Bold.ttc", "Cardmill Mark", "Bold", "CardmillMark-Bold"),
)


def general_standard(folder: Path) -> frozenset[int]:
    """The characters of the Table of General Standard Chinese Characters of 2013."""
    found = set()
    for path in sorted(folder.glob("Unihan_*.txt.bz2")):
        for line in bz2.decompress(path.read_bytes()).decode().splitlines():
            code, _, rest = line.partition("\t")
            if rest.startswith("kTGH\t2013:"):
                found.add(int(code.removeprefix("U+"), 16))
    if len(found) != 8105:
        raise SystemExit(f"{folder}: {len(found)} characters with kTGH, must be 8105 (Debian package unicode-data)")
    return frozenset(found)


def gb2312() -> frozenset[int]:
    """The 6 763 hanzi of GB 2312: rows 16 to 87 of the code table."""
    cells = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return frozenset(ord(text) for data in cells if (text := data.decode("gb2312", "ignore")))


def cut(source: Path, target: Path, wanted: frozenset[int], names: Cut) -> None:
    """Write the subset of one font, under its new name, always with the same bytes."""
    font = TTFont(source, fontNumber=SIMPLIFIED_CHINESE, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = []
    options.hinting = True
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["DSIG", "vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    _rename(font, names)
    font.save(target)
    missing = sorted(chr(code) for code in wanted - set(font.getBestCmap()))
    print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size} bytes; missing: {missing}")  # noqa: T201


def _rename(font: TTFont, names: Cut) -> None:
    """Give the font its own family, full and PostScript names; copyright and licence stay as they are."""
    table = font["name"]
    full = f"{names.family} {names.style}"
    texts = {1: names.family, 2: names.style, 3: f"1;{names.postscript}", 4: full, 6: names.postscript}
    table.names = [record for record in table.names if record.langID == 0x409 and record.nameID in {0, 5, 8, 9, 13, 14}]
    for number, text in texts.items():
        table.setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [names.postscript]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = full, names.family


def main(arguments: list[str]) -> None:
    """Cut all fonts."""
    usual = (NOTO_FOLDER, UNICODE_FOLDER, FOLDER)
    noto, unicode_data, out = (*map(Path, arguments), *usual[len(arguments) :])
    text = general_standard(unicode_data) | gb2312() | ASCII | LATIN | PUNCTUATION
    for names in CUTS:
        wanted = text if names.file == "text.otf" else ASCII | FIXED
        cut(noto / names.source, out / names.file, wanted, names)


if __name__ == "__main__":
    main(sys.argv[1:])

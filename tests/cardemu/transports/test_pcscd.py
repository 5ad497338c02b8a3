"""What a PC/SC service of our own cannot be, said before it is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardemu.transports.pcscd import OwnPcscd


@pytest.mark.parametrize("readers", [0, 3, 18])
def test_pcscd_has_limits(tmp_path: Path, readers: int) -> None:
    """Pairs of slots, sixteen readers at most."""
    with pytest.raises(ValueError, match="an even number up to 16"):
        OwnPcscd(tmp_path, readers)


def test_a_folder_with_a_long_name_is_refused(tmp_path: Path) -> None:
    """A socket's path has 107 bytes, whatever the file system takes."""
    with pytest.raises(ValueError, match="longer than the 107 bytes"):
        OwnPcscd(tmp_path / ("x" * 100))
    rest = "/pcscd.comm"
    longest = Path("/" + "x" * (106 - len(rest)))
    assert len(bytes(OwnPcscd(longest).socket_path)) == 107
    with pytest.raises(ValueError, match="longer than the 107 bytes"):
        OwnPcscd(longest.with_name(longest.name + "x"))

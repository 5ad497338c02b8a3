"""What a face was made with, as every file of it says."""

from __future__ import annotations

from cardemu.face.description import GENERATOR, Face
from cardemu.face.specimen import WORDS


def record(face: Face) -> dict[str, str]:
    """Title, generator, and the hashes of layout, description and fonts."""
    return {
        "Title": f"{WORDS}: {face.product}, {face.side}",
        "Software": GENERATOR,
        "Layout": f"{face.basis}, sha256 {face.layout_sha256}",
        "Description": f"sha256 {face.sha256}",
        "Fonts": "; ".join(f"{one['name']} sha256 {one['sha256']}" for one in face.fonts),
    }

from pathlib import Path


def write_nation_page(result, path: Path, lang: str) -> None:
    path.write_text("x")

"""Write requirements.lock and requirements-dev.lock: exact versions with the hash of every wheel a user may need.

pip itself does the resolving, as a dry run for each supported system and Python version; its report names every wheel
with its SHA-256.  A line holds all of them, so one file serves every system, and no address of an index is written.
All packages come as wheels: nobody needs a compiler.

Markers are evaluated here once more per system (pip evaluates them only for the machine it runs on), so that a package
needed on Windows alone is locked too, with its marker.

    .venv/bin/python .ci/lock.py
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True)
class System:
    """An operating system as pip and as markers name it."""

    name: str
    tags: tuple[str, ...]
    marker: dict[str, str]
    required: bool = True


def _macos(machine: str, oldest: int, newest: int) -> tuple[str, ...]:
    return tuple(f"macosx_{major}_0_{machine}" for major in range(newest, oldest - 1, -1))


def _linux(machine: str, newest: int) -> tuple[str, ...]:
    return (*(f"manylinux_2_{glibc}_{machine}" for glibc in range(newest, 16, -1)), f"manylinux2014_{machine}")


_LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
_MACOS = {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"}
_WINDOWS = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}
_X86_64 = {"platform_machine": "x86_64"}
_AARCH64 = {"platform_machine": "aarch64"}
_ARM64 = {"platform_machine": "arm64"}
_AMD64 = {"platform_machine": "AMD64"}

SYSTEMS = (
    System("Linux x86_64", _linux("x86_64", 41), _LINUX | _X86_64),
    System("Linux x86_64, glibc 2.28", _linux("x86_64", 28), _LINUX | _X86_64),
    System("Linux aarch64", _linux("aarch64", 41), _LINUX | _AARCH64),
    System("Linux aarch64, glibc 2.28", _linux("aarch64", 28), _LINUX | _AARCH64),
    System("macOS arm64", _macos("arm64", 11, 26), _MACOS | _ARM64),
    System("macOS arm64, version 11", _macos("arm64", 11, 11), _MACOS | _ARM64, required=False),
    System("macOS x86_64", (*_macos("x86_64", 11, 26), "macosx_10_13_x86_64"), _MACOS | _X86_64, required=False),
    System("Windows x86_64", ("win_amd64",), _WINDOWS | _AMD64),
)
"""Older and newer systems may be given different wheels of one version, so both are asked for.

Systems with required=False are served as far as the packages' authors still publish wheels for them.
"""


@dataclass
class Locked:
    """One package at one version, and what is known of it."""

    name: str
    version: str
    hashes: set[str] = field(default_factory=set)
    needs: list[str] = field(default_factory=list)
    systems: set[str] = field(default_factory=set)


def resolve(requirements: list[str], system: System, python: str, *, deps: bool) -> list[dict[str, Any]]:
    """Ask pip what it would install for `requirements`; without `deps`, leave out what has no wheel there."""
    tags = [f"--platform={tag}" for tag in (*system.tags, "any")]
    wanted = list(requirements)
    while True:
        with tempfile.TemporaryDirectory() as target:
            command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
            command += ["--report=-", "--only-binary=:all:", f"--python-version={python}", f"--target={target}", *tags]
            command += [] if deps else ["--no-deps"]
            done = subprocess.run([*command, *wanted], capture_output=True, text=True, check=False)
        if not done.returncode:
            installs: list[dict[str, Any]] = json.loads(done.stdout)["install"]
            return installs
        lacking = re.search(r"No matching distribution found for (\S+)", done.stderr)
        if deps or not lacking:
            raise SystemExit(f"lock: pip finds no set of wheels for {system.name}, Python {python}\n{done.stderr}")
        wanted.remove(lacking[1])


def versions(requirements: list[str], pins: list[str]) -> dict[str, Locked]:
    """One version per package, chosen for the oldest Python, which every package has to support anyway.

    Packages that only another system needs are found by walking the dependencies with that system's markers.
    """
    extra: list[str] = []
    while True:
        installs = resolve([*requirements, *pins, *extra], SYSTEMS[0], PYTHONS[0], deps=True)
        chosen: dict[str, Locked] = {}
        for install in installs:
            data = install["metadata"]
            name = canonicalize_name(data["name"])
            chosen[name] = Locked(name, data["version"], needs=data.get("requires_dist", []))
        missing: set[str] = set()
        for system in SYSTEMS:
            for python in PYTHONS:
                missing |= _walk(requirements, chosen, system, python)
        if not missing:
            return {name: lock for name, lock in chosen.items() if lock.systems}
        extra += sorted(missing)


def _walk(requirements: list[str], chosen: dict[str, Locked], system: System, python: str) -> set[str]:
    """Note on every package reached that `system` needs it; return requirements not among the chosen."""
    environment = system.marker | {"python_version": python, "python_full_version": f"{python}.0"}
    missing: set[str] = set()
    seen: set[tuple[str, str]] = set()
    stack = [(requirement, "") for requirement in requirements]
    while stack:
        text, extra = stack.pop()
        need = Requirement(text)
        if need.marker and not need.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(need.name)
        if name not in chosen:
            missing.add(f"{need.name}{need.specifier}")
            continue
        chosen[name].systems.add(system.marker["sys_platform"])
        for wanted in ("", *need.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                stack += [(deeper, wanted) for deeper in chosen[name].needs]
    return missing


def collect_hashes(chosen: dict[str, Locked]) -> list[str]:
    """Fill in the wheels' hashes; return a sentence for every wheel that does not exist."""
    lacks: list[str] = []
    for system in SYSTEMS:
        wanted = {n: lock for n, lock in chosen.items() if system.marker["sys_platform"] in lock.systems}
        pins = [f"{lock.name}=={lock.version}" for lock in wanted.values()]
        for python in PYTHONS:
            installs = resolve(pins, system, python, deps=False)
            found = {str(canonicalize_name(i["metadata"]["name"])): i["download_info"] for i in installs}
            for name, info in found.items():
                chosen[name].hashes.add(info["archive_info"]["hashes"]["sha256"])
            for name in sorted(wanted.keys() - found.keys()):
                lacks.append(f"no wheel of {name} {chosen[name].version} for {system.name}, Python {python}")
                if system.required and python == PYTHONS[0]:
                    raise SystemExit(f"lock: {lacks[-1]}")
    return lacks


def write(path: Path, chosen: dict[str, Locked]) -> None:
    """Write the lock file, sorted, so that a change shows as a small difference."""
    lines = ["# Written by .ci/lock.py from pyproject.toml; install with pip install --require-hashes -r."]
    everywhere = {system.marker["sys_platform"] for system in SYSTEMS}
    for name in sorted(chosen):
        lock = chosen[name]
        marker = ""
        if lock.systems != everywhere:
            marker = " ; " + " or ".join(f'sys_platform == "{platform}"' for platform in sorted(lock.systems))
        hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(lock.hashes))
        lines.append(f"{lock.name}=={lock.version}{marker}{hashes}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Lock what the program needs, then the same plus what its developers need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needs: list[str] = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    dev: list[str] = project["project"]["optional-dependencies"]["dev"]
    runtime = versions(needs, [])
    pins = [f"{lock.name}=={lock.version}" for lock in runtime.values()]
    for name, chosen in (("requirements.lock", runtime), ("requirements-dev.lock", versions([*needs, *dev], pins))):
        lacks = collect_hashes(chosen)
        write(ROOT / name, chosen)
        wheels = sum(len(lock.hashes) for lock in chosen.values())
        print(f"{name}: {len(chosen)} packages, {wheels} wheels")
        print("".join(f"  {lack}\n" for lack in lacks), end="")


if __name__ == "__main__":
    main()

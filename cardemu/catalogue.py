"""The commands of the card, collected from the folder `commands`: each module there exports one COMMAND."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module

from cardemu import commands
from cardemu.template import CommandSpec


@lru_cache(maxsize=1)
def catalogue() -> tuple[CommandSpec, ...]:
    """Every command of the card, in order of module names."""
    names = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))
    return tuple(import_module(f"{commands.__name__}.{name}").COMMAND for name in names)

"""The command line of Cardmill: one function per verb, no logic."""

from __future__ import annotations

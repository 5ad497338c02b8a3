"""Keyed random numbers: Philox4x64-10, looked up by (seed, replication, case, source, step, purpose).

Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.  A counter-based generator has
no state: the number that decides how long the third visit of person 17 takes is the same whatever happened before,
in whatever order an engine works, and in any alternative of the scenario.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.engines.kernels import kernel

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_SHIFT = np.uint64(11)
_HALF_OF_2_53 = 1.1102230246251565e-16


@intrinsic
def _mul_high_low(typing_context: Any, a: Any, b: Any) -> Any:  # noqa: ARG001
    """Both halves of the 128-bit product of two unsigned 64-bit numbers: one machine instruction."""
    signature = types.UniTuple(types.uint64, 2)(types.uint64, types.uint64)  # type: ignore[no-untyped-call]

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wide, narrow = ir.IntType(128), ir.IntType(64)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), narrow)
        return context.make_tuple(builder, signature.return_type, (high, builder.trunc(product, narrow)))

    return signature, generate


@kernel()
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Ten rounds of Philox4x64: four random 64-bit words for a 256-bit counter and a 128-bit key."""
    for _ in range(10):
        h0, l0 = _mul_high_low(_M0, c0)  # type: ignore[call-arg, var-annotated]
        h1, l1 = _mul_high_low(_M1, c2)
        c0, c1, c2, c3 = h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0
        k0 += _W0
        k1 += _W1
    return c0, c1, c2, c3


@kernel()
def uniform(seed: int, replication: int, case: int, source: int, purpose: int, draw: int) -> float:
    """A uniform number in the open interval (0, 1), 53 bits, for a purpose of a case.

    `case` counts within its `source`; `purpose` packs step, visit and what the number is for; `draw` counts the
    numbers of one purpose.
    """
    word, _, _, _ = philox(
        np.uint64(case), np.uint64(source), np.uint64(purpose), np.uint64(draw), np.uint64(seed), np.uint64(replication)
    )
    return (np.float64(word >> _SHIFT) + 0.5) * _HALF_OF_2_53


@kernel(nogil=True)
def uniforms(seed: int, replication: int, cases: np.ndarray, source: int, purpose: int, draw: int) -> np.ndarray:
    """As `uniform` for many cases, in any order."""
    out = np.empty(len(cases), dtype=np.float64)
    for at in range(len(cases)):
        out[at] = uniform(seed, replication, cases[at], source, purpose, draw)
    return out


@kernel()
def _round_of_two(
    a0: np.uint64, a1: np.uint64, a2: np.uint64, a3: np.uint64, b0: np.uint64, b1: np.uint64, b2: np.uint64,
    b3: np.uint64, k0: np.uint64, k1: np.uint64,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64, np.uint64, np.uint64, np.uint64, np.uint64]:  # fmt: skip
    g0, l0 = _mul_high_low(_M0, a0)  # type: ignore[call-arg, var-annotated]
    h0, m0 = _mul_high_low(_M0, b0)
    g1, l1 = _mul_high_low(_M1, a2)
    h1, m1 = _mul_high_low(_M1, b2)
    return g1 ^ a1 ^ k0, l1, g0 ^ a3 ^ k1, l0, h1 ^ b1 ^ k0, m1, h0 ^ b3 ^ k1, m0


@kernel()
def uniform_block(seed: int, replication: int, first: int, source: int, purpose: int, out: np.ndarray) -> None:
    """As `uniform` with draw 0 for cases first, first + 1, ...; two at a time, so that neither waits for the other."""
    zero, c1, c2 = np.uint64(0), np.uint64(source), np.uint64(purpose)
    for at in range(0, len(out) - 1, 2):
        k0, k1 = np.uint64(seed), np.uint64(replication)
        a0, a1, a2, a3 = np.uint64(first + at), c1, c2, zero
        b0, b1, b2, b3 = np.uint64(first + at + 1), c1, c2, zero
        for _ in range(10):
            a0, a1, a2, a3, b0, b1, b2, b3 = _round_of_two(a0, a1, a2, a3, b0, b1, b2, b3, k0, k1)
            k0 += _W0
            k1 += _W1
        out[at] = (np.float64(a0 >> _SHIFT) + 0.5) * _HALF_OF_2_53
        out[at + 1] = (np.float64(b0 >> _SHIFT) + 0.5) * _HALF_OF_2_53
    if len(out) % 2:
        out[-1] = uniform(seed, replication, first + len(out) - 1, source, purpose, 0)

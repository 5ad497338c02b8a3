"""Samplers of times and amounts, compiled once and called by every engine: no last-digit differences.

Each turns keyed uniform numbers (sim.engines.philox) into a whole number (ms, fen or pieces), rounded to nearest,
never negative.  By inversion where an inverse is at hand, so that one number decides one time and a longer mean
gives a longer time for everybody (common random numbers stay monotone).

| kind             | a     | b      | c    | values, weights              | method                               |
|------------------|-------|--------|------|------------------------------|--------------------------------------|
| CONSTANT         | value |        |      |                              |                                      |
| EXPONENTIAL      | mean  |        |      |                              | inversion                            |
| ERLANG           | mean  | phases |      |                              | sum of phases                        |
| UNIFORM          | low   | high   |      |                              | inversion                            |
| TRIANGULAR       | low   | mode   | high |                              | inversion                            |
| LOGNORMAL        | mu    | sigma  |      |                              | inversion, AS 241                    |
| GAMMA            | shape | scale  |      |                              | Marsaglia & Tsang 2000 (rejection)   |
| WEIBULL          | scale | shape  |      |                              | inversion                            |
| HYPEREXPONENTIAL |       |        |      | means, cumulative shares     | choice, then inversion               |
| EMPIRICAL        |       |        |      | values, cumulative shares    | choice                               |
| NEVER            |       |        |      |                              | FOREVER                              |

Where `c` is not a parameter, it is added to what comes of it (the chip's time, on top of a machine's).
"""

from __future__ import annotations

import math

import numpy as np

from sim.engines.kernels import kernel
from sim.engines.philox import uniform

_FOREVER = 1 << 61
_NO_TABLE = np.empty(0, dtype=np.float64)


_CENTRE_TOP = np.array([
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
])  # fmt: skip
_CENTRE_BOTTOM = np.array([
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
])  # fmt: skip
_MIDDLE_TOP = np.array([
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
    3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
])  # fmt: skip
_MIDDLE_BOTTOM = np.array([
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0,
])  # fmt: skip
_TAIL_TOP = np.array([
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
    2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0,
])  # fmt: skip
_TAIL_BOTTOM = np.array([
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
    1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0,
])  # fmt: skip


@kernel()
def _ratio(scale: float, top: np.ndarray, bottom: np.ndarray, x: float) -> float:
    """Scaled quotient of two polynomials, highest power first."""
    above = below = 0.0
    for power in range(len(top)):
        above = above * x + top[power]
        below = below * x + bottom[power]
    return scale * above / below


@kernel()
def normal_quantile(p: float) -> float:
    """Standard normal quantile, relative error 1e-16: Wichura, algorithm AS 241, Applied Statistics 37 (1988) 477."""
    q = p - 0.5
    if abs(q) <= 0.425:
        return _ratio(q, _CENTRE_TOP, _CENTRE_BOTTOM, 0.180625 - q * q)
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    sign = -1.0 if q < 0.0 else 1.0
    if r <= 5.0:
        return _ratio(sign, _MIDDLE_TOP, _MIDDLE_BOTTOM, r - 1.6)
    return _ratio(sign, _TAIL_TOP, _TAIL_BOTTOM, r - 5.0)


@kernel()
def _gamma(
    shape: float, scale: float, seed: int, replication: int, case: int, source: int, purpose: int, draw: int
) -> float:
    """Marsaglia & Tsang, ACM TOMS 26 (2000) 363; shape below 1 by the power of one more uniform number."""
    boost = 1.0
    if shape < 1.0:
        boost = uniform(seed, replication, case, source, purpose, draw) ** (1.0 / shape)
        draw += 1
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal_quantile(uniform(seed, replication, case, source, purpose, draw))
        v = (1.0 + c * x) ** 3
        u = uniform(seed, replication, case, source, purpose, draw + 1)
        if v > 0.0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            return d * v * boost * scale
        draw += 2


@kernel(forceinline=True)
def sample_real(  # noqa: PLR0911
    kind: int,
    a: float,
    b: float,
    c: float,
    values: np.ndarray,
    weights: np.ndarray,
    seed: int,
    replication: int,
    case: int,
    source: int,
    purpose: int,
    draw: int,
) -> float:
    """One number of the distribution, not rounded.  `draw` is the first of the purpose's numbers to use."""
    if kind == 0:
        return a
    if kind == 6:
        return _gamma(a, b, seed, replication, case, source, purpose, draw)
    u = uniform(seed, replication, case, source, purpose, draw)
    if kind == 1:
        return -a * math.log(u)
    if kind == 2:
        total = math.log(u)
        for phase in range(1, int(b)):
            total += math.log(uniform(seed, replication, case, source, purpose, draw + phase))
        return -a / b * total
    if kind == 3:
        return a + (b - a) * u
    if kind == 4:
        if u * (c - a) < b - a:
            return a + math.sqrt(u * (c - a) * (b - a))
        return c - math.sqrt((1.0 - u) * (c - a) * (c - b))
    if kind == 5:
        return math.exp(a + b * normal_quantile(u))
    if kind == 7:
        return float(a * (-math.log(u)) ** (1.0 / b))
    index = np.searchsorted(weights, u)
    if kind == 8:
        return float(-values[index]) * math.log(uniform(seed, replication, case, source, purpose, draw + 1))
    return float(values[index])


@kernel(forceinline=True)
def sample(
    kind: int,
    a: float,
    b: float,
    c: float,
    values: np.ndarray,
    weights: np.ndarray,
    seed: int,
    replication: int,
    case: int,
    source: int,
    purpose: int,
    draw: int,
) -> int:
    """One whole number of the distribution: nearest, at least 0; FOREVER for NEVER and what exceeds it."""
    if kind == 10:
        return _FOREVER
    x = sample_real(kind, a, b, c, values, weights, seed, replication, case, source, purpose, draw)
    if kind != 4:
        x += c
    if x >= 2.0e18:
        return _FOREVER
    return max(0, int(math.floor(x + 0.5)))


@kernel(nogil=True)
def sample_each(
    kind: int,
    a: float,
    b: float,
    c: float,
    values: np.ndarray,
    weights: np.ndarray,
    seed: int,
    replication: int,
    cases: np.ndarray,
    source: int,
    purpose: int,
    draw: int,
) -> np.ndarray:
    """`sample` for each of many cases."""
    out = np.empty(len(cases), dtype=np.int64)
    for at in range(len(cases)):
        out[at] = sample(kind, a, b, c, values, weights, seed, replication, cases[at], source, purpose, draw)
    return out

"""Integrals of the rates at which people come: how many have come by a moment, on average."""

from __future__ import annotations

import math

import numpy as np


def sine_integral(mean: float, amplitude: float, period: float, phase: float, t: float) -> float:
    """Integral from 0 to t of the rate mean + amplitude sin(2 pi t / period + phase)."""
    omega = 2.0 * math.pi / period
    return mean * t + amplitude / omega * (math.cos(phase) - math.cos(omega * t + phase))


def steps_until(first: np.ndarray, last: np.ndarray, rate: np.ndarray, t_ms: np.ndarray) -> np.ndarray:
    """Integral up to each of some moments of rates that hold in intervals, in order and apart."""
    if not len(first):
        return np.zeros(len(t_ms))
    whole = np.concatenate(([0.0], np.cumsum((last - first) * rate)))
    begun = np.searchsorted(first, t_ms, side="right")
    at = np.maximum(begun - 1, 0)
    inside = np.clip(t_ms, first[at], last[at]) - first[at]
    return np.where(begun > 0, whole[at] + inside * rate[at], 0.0)

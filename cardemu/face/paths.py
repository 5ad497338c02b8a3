"""Figures as SVG paths with whole numbers, and such paths as lists of points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cardemu.face.items import Box

ROUND = 0.5522847498
"""Length of the handles of a cubic curve that draws a quarter of a circle of radius 1."""

Point = tuple[float, float]


def polygon(points: Iterable[tuple[float, float]], *, close: bool = True) -> str:
    """Straight lines through points."""
    words = [f"{'L' if number else 'M'}{round(x)} {round(y)}" for number, (x, y) in enumerate(points)]
    return " ".join([*words, "Z"] if close else words)


def rectangle(box: Box, radius_um: int = 0) -> str:
    """A rectangle, its corners rounded."""
    left, top, right, bottom = box.x, box.y, box.right, box.bottom
    radius = min(radius_um, box.width // 2, box.height // 2)
    if radius <= 0:
        return polygon([(left, top), (right, top), (right, bottom), (left, bottom)])
    handle = radius - round(radius * ROUND)
    return (
        f"M{left + radius} {top} L{right - radius} {top} "
        f"C{right - handle} {top} {right} {top + handle} {right} {top + radius} "
        f"L{right} {bottom - radius} "
        f"C{right} {bottom - handle} {right - handle} {bottom} {right - radius} {bottom} "
        f"L{left + radius} {bottom} "
        f"C{left + handle} {bottom} {left} {bottom - handle} {left} {bottom - radius} "
        f"L{left} {top + radius} "
        f"C{left} {top + handle} {left + handle} {top} {left + radius} {top} Z"
    )


def ellipse(x: int, y: int, radius_x: int, radius_y: int) -> str:
    """An ellipse about a middle."""
    a, b = round(radius_x * ROUND), round(radius_y * ROUND)
    return (
        f"M{x} {y - radius_y} C{x + a} {y - radius_y} {x + radius_x} {y - b} {x + radius_x} {y} "
        f"C{x + radius_x} {y + b} {x + a} {y + radius_y} {x} {y + radius_y} "
        f"C{x - a} {y + radius_y} {x - radius_x} {y + b} {x - radius_x} {y} "
        f"C{x - radius_x} {y - b} {x - a} {y - radius_y} {x} {y - radius_y} Z"
    )


def arc(x: int, y: int, radius: int, start_degrees: float, end_degrees: float) -> str:
    """Part of a circle as one open curve of at most a quarter; degrees clockwise from the right."""
    start, end = math.radians(start_degrees), math.radians(end_degrees)
    handle = 4 / 3 * math.tan((end - start) / 4) * radius
    x1, y1 = x + radius * math.cos(start), y + radius * math.sin(start)
    x2, y2 = x + radius * math.cos(end), y + radius * math.sin(end)
    return (
        f"M{round(x1)} {round(y1)} "
        f"C{round(x1 - handle * math.sin(start))} {round(y1 + handle * math.cos(start))} "
        f"{round(x2 + handle * math.sin(end))} {round(y2 - handle * math.cos(end))} {round(x2)} {round(y2)}"
    )


@lru_cache(maxsize=4096)
def segments(path: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The commands of a path: letter and numbers."""
    for letter in "MLCZ":
        path = path.replace(letter, f"\n{letter}")
    commands = (command for command in path.split("\n") if command.strip())
    return tuple((command[0], tuple(map(int, command[1:].split()))) for command in commands)


@lru_cache(maxsize=4096)
def outlines(path: str, steps: int = 24) -> tuple[tuple[Point, ...], ...]:
    """Each part of a path as points, curves cut into `steps` lines."""
    parts: list[list[Point]] = []
    for letter, numbers in segments(path):
        if letter == "M":
            parts.append([(numbers[0], numbers[1])])
        elif letter == "L":
            parts[-1].append((numbers[0], numbers[1]))
        elif letter == "C":
            parts[-1] += _curve(parts[-1][-1], numbers, steps)
        else:
            parts[-1].append(parts[-1][0])
    return tuple(map(tuple, parts))


def _curve(start: Point, numbers: Sequence[int], steps: int) -> list[Point]:
    x0, y0 = start
    x1, y1, x2, y2, x3, y3 = numbers
    points = []
    for step in range(1, steps + 1):
        t = step / steps
        u = 1 - t
        a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        points.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return points

"""Parameters of the procedures: the scenario's values checked against the procedures' own parameter rows."""

from __future__ import annotations

from collections.abc import Mapping

from sim.procedures.model import Kind, Parameter, Procedure
from sim.scenario import dists, units
from sim.scenario.units import Part, WrongValueError, show, suggestion
from sim.scenario.values import ParameterValue, Provenance


def read_parameter(row: Parameter, value: object) -> ParameterValue:
    """One value, as its parameter's kind says; a choice becomes its position among the options."""
    kind = row.kind
    if kind is Kind.CHOICE:
        if not isinstance(value, str) or value not in row.options:
            raise WrongValueError(*suggestion("choice", value if isinstance(value, str) else show(value), row.options))
        return row.options.index(value)
    if kind is Kind.TIME:
        return dists.read_dist(value, dists.TIME)
    if kind is Kind.WAIT:
        return dists.read_wait(value)
    if kind is Kind.COUNT:
        return units.whole(value)
    if kind is Kind.MONEY:
        return units.money_fen(value)
    return units.share(value)


def read_procedures(value: object, catalogue: Mapping[str, Procedure]) -> dict[str, dict[str, ParameterValue]]:
    """Every parameter of every procedure: the scenario's value where it has one, else the procedure's default."""
    if not isinstance(value, dict):
        raise WrongValueError(f"{show(value)} is not a table", "a table of procedures")
    unknown = sorted(value.keys() - catalogue.keys())
    parts = [Part((name,), *suggestion("procedure", name, catalogue)) for name in unknown]
    result: dict[str, dict[str, ParameterValue]] = {}
    for name, procedure in catalogue.items():
        given = value.get(name, {})
        try:
            result[name] = _read_one(procedure, given)
        except WrongValueError as wrong:
            parts += wrong.below(name)
    if parts:
        raise WrongValueError.of(parts)
    return result


def _read_one(procedure: Procedure, given: object) -> dict[str, ParameterValue]:
    if not isinstance(given, dict):
        raise WrongValueError(f"{show(given)} is not a table", "a table of parameters")
    rows = {row.name: row for row in procedure.parameters}
    unknown = sorted(given.keys() - rows.keys())
    parts = [Part((key,), *suggestion("parameter", key, rows)) for key in unknown]
    result: dict[str, ParameterValue] = {}
    for name, row in rows.items():
        try:
            result[name] = read_parameter(row, given.get(name, row.default))
        except WrongValueError as wrong:
            if name not in given:  # the procedure's own table is wrong, not the user's file
                msg = f"default of {procedure.name}.{name}: {wrong}"
                raise TypeError(msg) from wrong
            parts += wrong.below(name)
    if parts:
        raise WrongValueError.of(parts)
    return result


def defaults(catalogue: Mapping[str, Procedure], given: Mapping[str, object]) -> list[Provenance]:
    """Where the defaults come from that the scenario leaves as they are."""
    result = []
    for name, procedure in catalogue.items():
        table = given.get(name)
        taken = table if isinstance(table, dict) else {}
        result += [_default(name, row) for row in procedure.parameters if row.name not in taken]
    return result


def _default(procedure: str, row: Parameter) -> Provenance:
    key = f"procedures.{procedure}.{row.name}"
    return Provenance(key, value_text(row.default), row.mark, row.source, row.help, default=True)


def value_text(value: object) -> str:
    """A TOML value as one line of text for the report."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {value_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    if isinstance(value, str):
        return f'"{value}"'
    return show(value)

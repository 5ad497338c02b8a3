"""What `cardmill prove` does: explores every state of a person, says which rules hold, tells how others break."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from cardemu.host.exitcodes import BROKEN_RULE, FINE
from cardemu.host.printing import Printer, say, write_json
from cardemu.host.wholefile import write_whole
from reports.complaints import explaining
from sim.errors import writing
from sim.procedures.catalogue import catalogue
from sim.proofs.deep import TRIES, sampled
from sim.proofs.pair_rules import prove_two
from sim.proofs.prove import prove as prove_person
from sim.proofs.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.proofs.deep import Sampled
    from sim.proofs.pair_rules import PairResult
    from sim.proofs.verdict import Proof, Told


@explaining
def prove(stories: Path | None, *, two: bool, lives: int, as_json: bool, quiet: bool) -> int:
    """Prove the procedure tables, of `two` persons as well; 98 if a rule is broken or not proven.

    `lives`: in so many sampled lives what must stay possible is looked for.
    """
    proof = prove_person()
    tables = Tables(catalogue())
    pairs = prove_two(tables) if two else ()
    samples = sampled(tables, lives) if lives else ()
    if stories is not None:
        _keep(proof, stories)
    if as_json:
        more: dict[str, object] = {"two_persons": [_pair_as_json(found) for found in pairs]} if two else {}
        more |= {"sampled_lives": [_sample_as_json(found) for found in samples]} if lives else {}
        write_json(_as_json(proof) | more)
    elif not quiet:
        _print(proof, stories)
        if pairs:
            _print_pairs(pairs)
        if samples:
            _print_samples(samples)
    found_wrong = any(found.broken for found in pairs) or any(found.trapped for found in samples)
    return FINE if proof.holds and not found_wrong else BROKEN_RULE


def _keep(proof: Proof, folder: Path) -> None:
    """Write every story as a scenario file."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for told in proof.told:
            if told.scenario:
                write_whole(folder / f"{told.found.rule.name}.toml", told.scenario)


def _print(proof: Proof, stories: Path | None) -> None:
    printer = Printer()
    views = [
        (view.view.name, f"{view.states:,}", f"{view.transitions:,}", str(len(view.asked)), f"{view.seconds:.1f} s")
        for view in proof.views
    ]
    printer.table(
        ("view of a person", "states", "transitions", "rules", "time"), views, right=("states", "transitions")
    )
    broken = {told.found.rule.name: told for told in proof.told}
    say("")
    printer.table(
        ("rule", "", "what is proven", "name"),
        [(row.rule, _verdict(broken.get(row.name)), row.says, row.name) for row in proof.asked],
    )
    for told in proof.told:
        _print_story(told, stories)
    for found in proof.unmet:
        say(f"{found.demand.rule} broken: {found.step}: {', '.join(found.lacking)} ({found.demand.says})")
    for name in proof.unreachable:
        say(f"never reached: {name}: no procedure leads a person there")
    states, transitions = sum(v.states for v in proof.views), sum(v.transitions for v in proof.views)
    count = len(proof.told) + len(proof.unmet) + len(proof.unreachable)
    say(
        f"{states:,} states, {transitions:,} transitions, {len(proof.asked)} rules, {proof.demands} demands of "
        f"{proof.steps} steps, {proof.seconds:.1f} s: " + ("all hold" if proof.holds else f"{count} findings")
    )


def _print_pairs(pairs: Sequence[PairResult]) -> None:
    printer = Printer()
    say("")
    printer.table(
        ("two persons", "states", "transitions", "rules", "time"),
        [
            (found.name, f"{found.states:,}", f"{found.transitions:,}", str(len(found.asked)), f"{found.seconds:.1f} s")
            for found in pairs
        ],
        right=("states", "transitions"),
    )
    say("")
    broken = {one.rule.name for found in pairs for one in found.broken}
    rows = [
        (row.rule, Text("BROKEN", "red") if row.name in broken else Text("holds", "green"), row.says, row.name)
        for found in pairs
        for row in found.asked
    ]
    printer.table(("rule", "", "what is proven of two persons a and b", "name"), rows)
    for one in (one for found in pairs for one in found.broken):
        say(f"\n{one.rule.rule} {one.rule.name}: {one.rule.says}")
        say(f"  in the fewest steps ({one.count:,} ways in all):")
        for event in one.way:
            say(f"    {event}")


def _print_samples(samples: Sequence[Sampled]) -> None:
    printer = Printer()
    say("")
    rows = [
        (found.rule.rule, f"{found.asked:,}", f"{len(found.trapped):,}", str(found.longest), found.rule.says)
        for found in samples
    ]
    heading = ("rule", "lives", "not had", "events", "what was looked for in sampled lives of whole persons")
    printer.table(heading, rows, right=("lives", "not had", "events"))
    for found in samples:
        for state in found.trapped[:1]:
            said = ", ".join(f"{name.lower()} {value}" for name, value in state.items() if value)
            say(f"{found.rule.rule} {found.rule.name}: not had within {TRIES} events from: {said}")


def _sample_as_json(found: Sampled) -> dict[str, object]:
    return {
        "rule": found.rule.rule,
        "name": found.rule.name,
        "lives": found.asked,
        "events": found.longest,
        "not_had": [{name: value for name, value in state.items() if value} for state in found.trapped],
    }


def _pair_as_json(found: PairResult) -> dict[str, object]:
    ways = {one.rule.name: list(one.way) for one in found.broken}
    return {
        "product": found.name,
        "states": found.states,
        "transitions": found.transitions,
        "seconds": round(found.seconds, 3),
        "rules": [
            {
                "rule": row.rule,
                "name": row.name,
                "says": row.says,
                "holds": row.name not in ways,
                "way": ways.get(row.name),
            }
            for row in found.asked
        ],
    }


def _verdict(told: Told | None) -> Text:
    if told is None:
        return Text("holds", "green")
    return Text("BROKEN" if told.scenario else "NOT PROVEN", "red")


def _print_story(told: Told, stories: Path | None) -> None:
    found = told.found
    say(f"\n{found.rule.rule} {found.rule.name}: {found.rule.says}")
    begun = ", ".join(f"{key} {value}" for key, value in found.beginning.items())
    say(f"  a person with {begun}; then, in the fewest steps ({found.count:,} ways in all):")
    for path in found.way:
        onward = [name if accepted else f"{name} refused" for name, accepted in path.trail if name != path.begins]
        say(f"    {path.begins}" + (f" -> {', '.join(onward)}" if onward else ""))
    if told.why_not:
        say(f"  {told.why_not}")
    elif stories is None:
        say("  as a scenario (cardmill run shows it; --stories FOLDER writes such files):\n")
        say(told.scenario)
    else:
        say(f"  cardmill run {stories / (found.rule.name + '.toml')}")


def _as_json(proof: Proof) -> dict[str, object]:
    broken = {told.found.rule.name: told for told in proof.told}
    return {
        "holds": proof.holds,
        "seconds": round(proof.seconds, 3),
        "views": [
            {
                "view": view.view.name,
                "states": view.states,
                "transitions": view.transitions,
                "seconds": round(view.seconds, 3),
                "rules": [rule.name for rule in view.asked],
            }
            for view in proof.views
        ],
        "rules": [
            {
                "rule": rule.rule,
                "name": rule.name,
                "says": rule.says,
                "holds": rule.name not in broken,
                **(_told_as_json(broken[rule.name]) if rule.name in broken else {}),
            }
            for rule in proof.asked
        ],
        "demands": [
            {"rule": found.demand.rule, "name": found.demand.name, "step": found.step, "lacking": list(found.lacking)}
            for found in proof.unmet
        ],
        "never_reached": list(proof.unreachable),
    }


def _told_as_json(told: Told) -> dict[str, object]:
    return {
        "ways": told.found.count,
        "beginning": dict(told.found.beginning),
        "way": [path.begins for path in told.found.way],
        "scenario": told.scenario or None,
        "why_no_scenario": told.why_not or None,
    }

"""Cases of the uses of the card with an agency and online (U2 to U5, U7): what is allowed, and each refusal."""

from __future__ import annotations

from tests.office.desk import DAY, HOUR
from tests.procedures.states import ACTIVE, AGENT, BOSS, ISSUED, JOBLESS, MOVED, OTHER, PHONED, TRAINED, Case, no

CASES: list[Case] = [
    *[
        (step, states, how, answer)
        for step, rule in (
            ("pension.claim", "U2"),
            ("pension.enquire", "U2"),
            ("training.enrol", "U3"),
            ("working_capacity.assess", "U4"),
            ("job_registration.job", "U3"),
        )
        for states, how, answer in (
            (ACTIVE, {}, "done"),
            (ISSUED, {}, f"refused {rule}"),
            (PHONED, {}, f"refused {rule}"),
            (ACTIVE, no("card"), f"refused {rule}"),
            (ACTIVE, no("identity", **AGENT), "refused A6"),
        )
    ],
    ("job_registration.job", ACTIVE | {"employment": "unemployed"}, {}, "refused U3"),
    ("pension.claim", ACTIVE | {"pension": "drawing"}, {}, "refused U2"),
    ("pension.claim", ACTIVE | MOVED, {}, "refused P5"),
    ("pension.confirm", ACTIVE | {"pension": "drawing"}, {}, "done"),
    ("pension.confirm", ACTIVE, {}, "refused U2"),
    ("pension.confirm", ACTIVE, no("identity", **AGENT), "refused A6"),
    ("pension.enquire", ACTIVE | MOVED, {}, "done"),
    ("job_registration.unemployed", ACTIVE | {"employment": "employer_gone"}, {}, "done"),
    ("job_registration.unemployed", ACTIVE, {}, "refused U3"),
    ("job_registration.unemployed", JOBLESS, {}, "refused U3"),
    ("job_registration.unemployed", ACTIVE, no("identity", **AGENT), "refused A6"),
    ("unemployment_benefit.draw", JOBLESS, {"fen": 100}, "done"),
    ("unemployment_benefit.draw", JOBLESS | {"benefit_months": 23}, {"fen": 100}, "done"),
    ("unemployment_benefit.draw", JOBLESS | {"benefit_months": 24}, {"fen": 100}, "refused U3"),
    ("unemployment_benefit.draw", JOBLESS | {"benefit_at": 0}, {"fen": 100}, "refused U3"),
    ("unemployment_benefit.draw", JOBLESS | {"benefit_at": 10 * HOUR - 28 * DAY}, {"fen": 100}, "done"),
    ("unemployment_benefit.draw", JOBLESS | {"benefit_at": 10 * HOUR - 28 * DAY + 1}, {"fen": 100}, "refused U3"),
    ("unemployment_benefit.draw", ACTIVE, {}, "refused U3"),
    ("unemployment_benefit.draw", ACTIVE, no("identity", **AGENT), "refused A6"),
    ("training.enrol", ACTIVE | {"training": "enrolled"}, {}, "refused U3"),
    ("training.enrol", ACTIVE | {"training": "completed"}, {}, "done"),
    ("training.complete", ACTIVE | {"training": "enrolled"}, {}, "done"),
    ("training.complete", ACTIVE, {}, "refused U3"),
    ("training.give_up", ACTIVE | {"training": "enrolled"}, {}, "done"),
    ("training.give_up", ACTIVE, {}, "refused U3"),
    ("qualification.examine", TRAINED, {}, "done"),
    ("qualification.examine", ACTIVE, {}, "refused U3"),
    ("qualification.examine", TRAINED | {"qualifications": 5}, {}, "refused U3"),
    ("qualification.examine", TRAINED, no("identity", **AGENT), "refused A6"),
    ("qualification.award", TRAINED | {"qualifications": 4}, {}, "done"),
    ("qualification.award", TRAINED | {"qualifications": 5}, {}, "refused U3"),
    ("job_ends.leave", ACTIVE, {}, "done"),
    ("job_ends.leave", JOBLESS, {}, "refused P3"),
    ("work_injury.recognise", ACTIVE, BOSS, "done"),
    ("work_injury.recognise", {"employment": "hired"}, {}, "done"),
    ("work_injury.recognise", JOBLESS, BOSS, "refused U4"),
    ("work_injury.recognise", ACTIVE | {"injury": "recognised"}, BOSS, "refused U4"),
    ("work_injury.recognise", ACTIVE | {"injury": "paid"}, BOSS, "done"),
    ("work_injury.recognise", ACTIVE, no("employment_contract", **BOSS), "refused U4"),
    ("work_injury.recognise", ACTIVE, no("agent_identity", **AGENT), "refused A6"),
    ("working_capacity.assess", ACTIVE | {"capacity": "requested"}, {}, "refused U4"),
    *[
        (f"working_capacity.{conclusion}", ACTIVE | {"capacity": before}, {}, answer)
        for conclusion in ("lost", "largely_lost", "partly_lost", "unimpaired")
        for before, answer in (("requested", "done"), ("none", "refused U4"))
    ],
    ("working_capacity.benefit", ACTIVE | {"injury": "recognised", "capacity": "partly_lost"}, {}, "done"),
    ("working_capacity.benefit", ACTIVE | {"injury": "recognised", "capacity": "unimpaired"}, {}, "refused U4"),
    ("working_capacity.benefit", ACTIVE | {"injury": "paid", "capacity": "lost"}, {}, "refused U4"),
    ("working_capacity.benefit", ACTIVE, no("identity", **AGENT), "refused A6"),
    ("online_service.authenticate", ACTIVE, {}, "done"),
    ("online_service.authenticate", PHONED, {}, "refused U5"),
    ("online_service.serve", ACTIVE, {}, "done"),
    ("online_service.serve", ACTIVE, OTHER, "refused U5"),
    ("online_service.for_certificate", ACTIVE, {}, "done"),
    ("online_service.for_certificate", ISSUED, {}, "refused U5"),
    ("online_service.certificate", ACTIVE, {}, "done"),
    ("online_service.certificate", PHONED, {}, "refused U5"),
    ("online_service.report_loss", ACTIVE, {}, "done"),
    ("online_service.report_loss", PHONED, {}, "refused L1"),
    ("report_loss.runs", PHONED, {}, "done"),
]

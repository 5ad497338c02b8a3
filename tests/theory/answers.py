"""What the helpers in sim/theory answer to each case of cases.csv: one function per kind of case.

A function takes the numbers of the case's `inputs` column (lam=7.2,mu=1 become {"lam": 7.2, "mu": 1.0}) and returns the
values to be compared; where the inputs are words, the numbers stand here.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sim.theory import erlang, output, patience, single, time_varying, transient
from sim.theory.erlang import ErlangC
from sim.theory.erlang_a import ErlangA

Inputs = dict[str, float]
Answer = Callable[[Inputs], list[float]]

TOY_SERIES = [
    *(10, 8, 6, 5, 4, 4.2, 3.8, 4.1, 3.9, 4),
    *(4.05, 3.95, 4.02, 3.98, 4, 4.01, 3.99, 4, 4.03, 3.97),
]
BANK_DELAYS = [1.53, 1.66, 1.24, 2.34, 2.00, 1.69, 2.69, 2.86, 1.70, 2.60]
PEAK = 3 * math.pi / 4
SWINGING = time_varying.SineRate(100, 20)
PATIENCE = {
    "M": patience.exponential_patience(1.0),
    "D1": patience.constant_patience(1.0),
    "U02": patience.uniform_patience(0.0, 2.0),
}


def _queue(given: Inputs) -> ErlangC:
    return ErlangC(given["lam"], given["mu"], int(given["c"]))


def _erlang_a(given: Inputs) -> ErlangA:
    return ErlangA(given["lam"], given["mu"], int(given["n"]), given["theta"])


def _eye_clinic(_: Inputs) -> list[float]:
    clinic = ErlangC(6.0, 3.0, 3)  # per hour
    return [clinic.mean_queue, clinic.mean_wait * 60, clinic.mean_stay * 60, clinic.mean_present]


def _comparison(_: Inputs) -> list[float]:
    """Compare 50 agents, 48 calls and services of one minute, with and without patience of 2 minutes."""
    endless, impatient = ErlangC(48.0, 1.0, 50), ErlangA(48.0, 1.0, 50, 0.5)
    return [
        *(endless.mean_wait * 60, endless.wait_quantile(0.9) * 60, endless.mean_queue, endless.utilisation * 100),
        *(impatient.abandon_probability * 100, impatient.mean_wait * 60, impatient.wait_quantile(0.9) * 60),
        *(impatient.mean_queue, impatient.utilisation * 100),
    ]


def _identity(_: Inputs) -> list[float]:
    """Return P(Ab) - theta E[W], the two from different calculations: states, and the density of the offered wait."""
    waits = patience.AbandonmentQueue(110.0, 1.0, 100, patience.exponential_patience(1 / 0.3))
    return [ErlangA(110.0, 1.0, 100, 0.3).abandon_probability - 0.3 * waits.mean_wait]


def _without_limit(measure: str) -> Answer:
    return lambda given: [float(getattr(_queue(given), measure))]


def _impatient(measure: str) -> Answer:
    return lambda given: [float(getattr(_erlang_a(given), measure))]


def _with_patience(kind: str, measure: str) -> Answer:
    def answer(given: Inputs) -> list[float]:
        queue = patience.AbandonmentQueue(given["lam"], given["mu"], int(given["n"]), PATIENCE[kind])
        return [float(getattr(queue, measure))]

    return answer


def _single_server(scv: float) -> Answer:
    return lambda given: [single.pollaczek_khinchine(given["lam"], given["E[S]"], scv)]


def _priorities(which: int) -> Answer:
    return lambda _: [single.cobham([0.3, 0.5], [1.0, 1.0], [1.0, 1.0])[which]]


def _car_wash(_: Inputs) -> list[float]:
    wash = single.GroupService(20.0, 12.0, 2)
    return [wash.mean_present, wash.mean_stay]


def _load_at(moment: float) -> Answer:
    return lambda _: [float(SWINGING.offered_load(1.0)(np.array(moment)))]


def _staff_at_peak(delayed: float) -> Answer:
    return lambda _: [time_varying.poisson_staffing(float(SWINGING.offered_load(1.0)(np.array(PEAK))), delayed)]


def _swinging_delay(load: time_varying.Rate) -> list[float]:
    beta = erlang.garnett_beta(0.1, 0.5)
    queue = transient.ChangingQueue(
        SWINGING, 1.0, lambda t: time_varying.square_root_staffing(load(t), beta).astype(float), 0.5
    )
    times = np.arange(0.0, 24 + 2 * math.pi, 0.02)
    delayed = queue.delay_probability(times, transient.poisson(90.0, 300))[times >= 2 * math.pi]
    return [float(delayed.min()), float(delayed.max())]


def _half_hours(method: str) -> Answer:
    """Staff two days by half-hours, and count on the second: staff-hours, late half-hours, the worst of them."""

    def answer(_: Inputs) -> list[float]:
        rate, service_rate = time_varying.SineRate(32.0, 32.0, 2 * math.pi / 24), 2.0
        edges = np.arange(97) / 2
        how: time_varying.Summary = "average" if method.endswith("avg") else "maximum"
        if method.startswith("MOL"):
            loads = time_varying.period_values(rate.offered_load(service_rate), edges, how)
        else:
            lag = 1 / service_rate if method.startswith("Lag") else 0.0
            loads = time_varying.period_values(rate, edges, how, lag=lag) / service_rate
        staff = time_varying.delay_staffing(loads, 0.1)
        on_duty = time_varying.StepRate(edges, staff.astype(float))
        queue = transient.ChangingQueue(rate, service_rate, lambda t: on_duty(np.minimum(t, 47.9)))
        second_day = transient.delay_by_period(queue, edges, transient.empty(150))[48:]
        busy = [period.delayed for period in second_day if period.arrivals > 0.02 * 32 / 2]
        return [float(staff[48:].sum()) / 2, sum(share > 0.11 for share in busy), max(busy)]

    return answer


def _ranks(count: int, share: float) -> Answer:
    def answer(_: Inputs) -> list[float]:
        ranks = output.quantile_ranks(count, share)
        return [ranks.low, ranks.high, ranks.coverage]

    return answer


def _warm_up(_: Inputs) -> list[float]:
    found = output.mser5(np.repeat(TOY_SERIES, 5))
    return [found.batches, found.observations, found.statistic]


def _bank_interval(_: Inputs) -> list[float]:
    interval = output.mean_interval(BANK_DELAYS, 0.90)
    return [interval.mean, interval.variance, interval.half_width]


def _seen_patience(_: Inputs) -> list[float]:
    waits, left = [1, 2, 3, 4], [True, True, False, True]
    hazard, survival = patience.nelson_aalen(waits, left), patience.kaplan_meier(waits, left)
    return [*hazard.values.tolist(), *survival.values.tolist(), patience.abandonment_rate(waits, left)]


def _fewest(calls: float, window_s: float, service_s: float, threshold_s: float, level: float) -> Answer:
    return lambda _: [erlang.fewest_servers(calls / window_s, 1 / service_s, threshold_s, level)]


def _inverted(_: Inputs) -> list[float]:
    return list(output.arrivals_by_inversion([0, 1, 2, 3], [60, 120, 30], [30, 60, 120, 180, 195]))


BY_PREFIX: dict[str, Answer] = {
    "ErlB_": lambda given: [erlang.erlang_b(given["a"], int(given["c"]))],
    "BatchForm_": lambda given: [single.gathering_wait(given["lam"], int(given["K"]))],
    "HW_": lambda given: [erlang.halfin_whitt(given["beta"])],
    "MDc_": lambda given: [single.constant_service_wait(given["lam"], given["D"], int(given["c"]))],
    **{
        f"ErlA_{name}_{suffix}": _impatient(measure)
        for name in ("GMR", "theta_eq_mu", "bench_st1")
        for suffix, measure in {
            "Pab": "abandon_probability",
            "Pw": "wait_probability",
            "W": "mean_wait",
            "util": "utilisation",
        }.items()
    },
    **{
        f"MMc_{name}_{suffix}": _without_limit(measure)
        for name in ("bench", "GH_eye_clinic", "GMR_C", "LK_mm1", "LK_bank5_steady", "CC_MMC")
        for suffix, measure in {"C": "wait_probability", "Wq": "mean_wait", "Lq": "mean_queue"}.items()
    },
    **{
        f"MMnG_{kind}_{sizes}_{suffix}": _with_patience(kind, measure)
        for kind in PATIENCE
        for sizes in ("48_50", "110_100")
        for suffix, measure in {"Pab": "abandon_probability", "Pw": "wait_probability", "EW": "mean_wait"}.items()
    },
    **{f"GKS_mu2_R16_RA1_{m}": _half_hours(m) for m in ("SIPPavg", "SIPPmax", "Lagavg", "Lagmax", "MOLmax")},
    **{f"ISA_exact_peak_{delayed}": _staff_at_peak(delayed) for delayed in (0.1, 0.3, 0.5, 0.9)},
}
"""Cases whose id begins so; the longest beginning counts."""

BY_ID: dict[str, Answer] = {
    "GH_eye_pub": _eye_clinic,
    "PWF_readme_SL": lambda _: [ErlangC(100 / 1800, 1 / 180, 14).service_level(20)],
    "PWF_readme_Pw": lambda given: [erlang.erlang_c(given["a"], int(given["c"]))],
    "ErlC_min_100_180_20": _fewest(100, 1800, 180, 20, 0.8),
    "ErlC_min_1000_180_20": _fewest(1000, 1800, 180, 20, 0.8),
    "ErlC_min_60_480_1200": _fewest(60, 3600, 480, 1200, 0.95),
    "ErlA_GMR_table": _comparison,
    "ErlA_identity": _identity,
    "CC_MMC_SL": lambda _: [ErlangC(4.2, 0.5, 12).service_level(20 / 60)],
    "PK_M/D/1": _single_server(0.0),
    "PK_M/E2/1": _single_server(0.5),
    "PK_M/M/1": _single_server(1.0),
    "PK_M/LN(cv=1.5)/1": _single_server(1.5**2),
    "ME2c_5": lambda _: [single.erlang2_service_wait(4.5, 1.0, 5)],
    "ME2c_8": lambda _: [single.erlang2_service_wait(7.2, 1.0, 8)],
    "ME2c_5_AC": lambda _: [single.allen_cunneen(ErlangC(4.5, 1.0, 5), 0.5)],
    "ME2c_8_AC": lambda _: [single.allen_cunneen(ErlangC(7.2, 1.0, 8), 0.5)],
    "Cobham_1_1": _priorities(0),
    "Cobham_1_2": _priorities(1),
    "Bulk_K2": _car_wash,
    "BatchArr_const3": lambda _: [single.group_arrivals_present(0.25, 3.0, 9.0, 1.0)],
    "Feedback_0.1": lambda given: [single.feedback(given["lam"], given["mu"], int(given["c"]), given["p"]).mean_wait],
    "MtGinf_peak": _load_at(PEAK),
    "MtGinf_trough": _load_at(7 * math.pi / 4),
    "MtGinf_lambda peak": _load_at(math.pi / 2),
    "LK_bank_CI": _bank_interval,
    "QCI_100_0.9": _ranks(100, 0.9),
    "QCI_1000_0.95": _ranks(1000, 0.95),
    "NHPP_inv": _inverted,
    "MSER5_toy": _warm_up,
    "KN_eta": lambda _: [output.kim_nelson_eta(5, 10, 0.05)],
    "OCBA_frac": lambda _: output.ocba_fractions([1, 2, 3, 4, 5], [1, 1, 1, 1, 1]),
    "Hoad_klimit": lambda _: [output.look_ahead(5, count) for count in (20, 100, 250)],
    "NA_toy": _seen_patience,
    "MOL_a0.1_t0.5": lambda _: _swinging_delay(SWINGING.offered_load(1.0)),
    "PSA_a0.1_t0.5": lambda _: _swinging_delay(SWINGING),
}


def answer_to(case: str, given: Inputs) -> list[float]:
    """Return the helpers' answer to one case."""
    if case in BY_ID:
        return BY_ID[case](given)
    return BY_PREFIX[max((prefix for prefix in BY_PREFIX if case.startswith(prefix)), key=len)](given)

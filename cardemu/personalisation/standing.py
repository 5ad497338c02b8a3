"""What an office's record says of a person besides who he is, as values of data elements (D2).

`Background` is what no procedure of the card changes: invented, a pure function of the citizen number.  `Standing` is
what procedures change; whoever keeps it (an office, a replay) has the values of every element from here, so that cards
personalised at a counter and cards brought up to date at a desk say the same in the same words.
assumed: the codes of registration kind, employment form, personal identity, benefit state and personnel state, whose
tables are not published; a month's contribution is paid at its end for whoever is insured then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, unique
from functools import lru_cache
from hashlib import sha256

from cardemu.identifiers import read_citizen_number

Values = dict[str, str]
PENSION, UNEMPLOYMENT, MEDICAL, INJURY, MATERNITY, RESIDENT_MEDICAL = "110", "210", "310", "410", "510", "390"
"""Codes of insurances (M: code list AAE140 of the sector)."""
OWN_SHARE_PERCENT = 8
"""Of the wage, into the pension account (document 38 of 2005 of the State Council, from memory)."""
ADULT, RETIRES = 22, 60
"""Years of age at which work begins and ends.  assumed."""
_ELDERLY = 50
_OCCUPATIONS = ("6070302", "4010101", "2080501", "6180201", "4070902", "3020104")
_EDUCATIONS = ("21", "31", "47", "61", "71", "71")
_CENTRE = "示例市就业服务中心"
_COMMITTEE = "示例市劳动能力鉴定委员会"


@unique
class State(Enum):
    """Personal status, with its codes of employment state (assumed) and identity (GB/T 2261.4, from memory)."""

    EMPLOYED = ("1", "24")
    FLEXIBLE = ("2", "51")
    UNEMPLOYED = ("3", "70")
    RETIRED = ("4", "80")
    NONE = ("5", "70")
    MINOR = ("6", "31")

    @property
    def code(self) -> str:
        """Employment state."""
        return self.value[0]

    @property
    def identity(self) -> str:
        """Personal identity."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Background:
    """What is invented about a person, as it was on the day `begins`, from which procedures are followed.

    `wage_fen`: a month's, on which contributions are reckoned.
    """

    number: int
    begins: date
    values: Values
    working_since: date
    wage_fen: int

    def employer(self, which: int) -> tuple[str, str]:
        """Name and organisation code of the person's first, second, ... employer."""
        code = (self.number // 7 + which * 7919) % 100_000
        return f"示例第{code:05d}号有限公司", f"9{code:05d}000"

    def insured_since(self) -> date:
        """The first day of the month after the first day of work."""
        return (self.working_since.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass(slots=True)
class Standing:
    """What a person's record says; dates are None where nothing happened.  Money in fen.

    `employers`: how many there were; `first_employed_on`, `employed_on`: first day with the first and the last of them,
    where it is not that of `Background.working_since`.  `registration`: in force, "job" or "unemployed"; the kind and
    the day of the last one stay when it has ended.  `insured_before`: contributions were paid before what is followed
    here, since `Background.insured_since`; `paid_months`: those paid since.
    """

    state: State = State.NONE
    employers: int = 0
    first_employed_on: date | None = None
    employed_on: date | None = None
    registration: str = ""
    last_registration: str = ""
    registered_on: date | None = None
    insurances: tuple[str, ...] = ()
    insurances_changed_on: date | None = None
    insured_before: bool = False
    insured_on: date | None = None
    paid_months: int = 0
    retired_on: date | None = None
    pension_ended_on: date | None = None
    benefit_from: date | None = None
    benefit_last: date | None = None
    benefit_months: int = 0
    benefit_fen: int = 0
    trainings: list[date] = field(default_factory=list)
    qualifications: list[date] = field(default_factory=list)
    injuries: list[date] = field(default_factory=list)
    degree: str = ""
    assessed_on: date | None = None
    injury_paid_on: date | None = None
    injury_paid_fen: int = 0
    moved_out_on: date | None = None
    moved_in_on: date | None = None


def months_between(first: date, last: date) -> int:
    """How many months end from `first` up to `last`, never less than 0."""
    return max(0, (last.year - first.year) * 12 + last.month - first.month)


@lru_cache(maxsize=4096)
def background(citizen_number: str, region: str, begins: date) -> Background:
    """Invent what no procedure changes.  `begins`: the day from which procedures are followed; work began before it."""
    number = int.from_bytes(sha256(citizen_number.encode()).digest()[:8], "big")
    birth = read_citizen_number(citizen_number).birth
    age = begins.year - birth.year
    adult = date(birth.year + ADULT, 7, 1)
    working_since = min(adult, date(begins.year - 1, 7, 1))
    married = "1" if age < ADULT else ("1122222224" if age < _ELDERLY else "1222222234")[number % 10]
    road, house = number // 11 % 90 + 10, number // 13 % 900 + 1
    values = {
        "person.household_kind": "10" if number % 3 else "20",
        "person.household_address": f"示例省示例市示例路{road}号",
        "person.household_region": citizen_number[:6],
        "person.address": f"示例省示例市示例路{road}号{house}室",
        "person.region": region,
        "person.marital_state": married,
        "person.education": _EDUCATIONS[number // 17 % len(_EDUCATIONS)] if age >= ADULT else "81",
        "work.occupation": _OCCUPATIONS[number // 19 % len(_OCCUPATIONS)],
        "insurance.body": f"{region}01",
        "insurance.personal_number": f"{region}{number % 10**11:011d}",
        "insurance.payment_mode": "2",
    }
    return Background(number, begins, values, working_since, 400_000 + number // 23 % 80 * 10_000)


def usual_standing(birth: date, begins: date) -> Standing:
    """The standing of somebody of whom nothing is known but his age: at school, employed, or retired."""
    age = begins.year - birth.year
    if age < ADULT:
        return Standing(State.MINOR, insurances=(RESIDENT_MEDICAL,))
    if age < RETIRES:
        return Standing(
            State.EMPLOYED,
            employers=1,
            insurances=(PENSION, MEDICAL, UNEMPLOYMENT, INJURY, MATERNITY),
            insured_before=True,
        )
    retired = date(birth.year + RETIRES, birth.month, 1)
    return Standing(State.RETIRED, employers=1, insurances=(MEDICAL,), insured_before=True, retired_on=retired)


def usual_values(citizen_number: str, region: str, issue_date: str) -> Values:
    """What is personalised of somebody of whom nothing is known but his papers.  `issue_date` CCYYMMDD."""
    day = date(int(issue_date[:4]), int(issue_date[4:6]), int(issue_date[6:]))
    standing = usual_standing(read_citizen_number(citizen_number).birth, day)
    return standing_values(standing, background(citizen_number, region, day), region)


def standing_values(standing: Standing, known: Background, region: str) -> Values:
    """The value of every data element that a record of this standing fills; what is empty is left out.

    A second, third, ... occurrence has its number behind its name (`work.training:2`).
    """
    found = known.values | _work(standing, known, region) | _insurance(standing, known, region)
    found |= _skills(standing, known) | _benefits(standing, region) | _transfer(standing, region)
    if standing.injuries or standing.degree:
        found |= _injury(standing, known)
    return {name: text for name, text in found.items() if text}


def _text(day: date | None) -> str:
    return "" if day is None else f"{day:%Y%m%d}"


def _certificate(known: Background, day: date, kind: int) -> str:
    """A number of 16 digits."""
    return f"{day:%Y%m%d}{kind}{known.number % 10**7:07d}"


def employed_since(standing: Standing, known: Background) -> date:
    """First day with the last employer."""
    return standing.employed_on or known.working_since


def _work(standing: Standing, known: Background, region: str) -> Values:
    """Status and work.

    assumed: the state of work (DF02EF06) names the registration in force and nothing once it has ended; the certificate
    of the last one and what the service did last stay.
    """
    state = standing.state
    found = {
        "work.state": state.code,
        "work.identity": state.identity,
        "work.personnel_class": "01" if standing.employers else "",
        "work.personnel_state": {State.EMPLOYED: "1", State.RETIRED: "2"}.get(state, "0" if standing.employers else ""),
        "work.service_date": _text(standing.registered_on),
        "work.service_kind": {"job": "1", "unemployed": "2"}.get(standing.last_registration, ""),
    }
    if standing.registration:
        found |= {
            "work.registered_on": _text(standing.registered_on),
            "work.registration_kind": {"job": "10101", "unemployed": "20101"}[standing.registration],
            "work.registration_region": region,
        }
    if standing.employers:
        found["work.first_employed_on"] = _text(standing.first_employed_on or known.working_since)
        found["work.personnel_from"] = _text(employed_since(standing, known))
    if standing.registered_on is not None:
        found |= {
            "work.certificate_number": _certificate(known, standing.registered_on, 1),
            "work.certificate_body": _CENTRE,
            "work.certificate_date": _text(standing.registered_on),
            "work.certificate_region": region,
        }
    if state is State.EMPLOYED:
        name, code = known.employer(standing.employers)
        found |= {"work.employer": name, "work.employer_code": code, "work.employer_number": code[1:6] + "001"}
        found |= {"work.form": "100000", "work.region": region}
    elif state is State.FLEXIBLE:
        found |= {"work.form": "200000", "work.region": region}
    return found


def _medical_class(standing: Standing) -> str:
    """Of the medically insured: at work, retired, or a resident (assumed: 91, others); nothing of those who are not."""
    if RESIDENT_MEDICAL in standing.insurances:
        return "91"
    if MEDICAL not in standing.insurances:
        return ""
    return "21" if standing.state is State.RETIRED else "11"


def _insurance(standing: Standing, known: Background, region: str) -> Values:
    found: Values = {f"insurance.kind_{n}": kind for n, kind in enumerate(standing.insurances[:4], start=1)}
    found |= {
        "insurance.region": region if standing.insurances else "",
        "insurance.changed_on": _text(standing.insurances_changed_on),
        "insurance.medical_class": _medical_class(standing),
        "insurance.medical_region": region if _medical_class(standing) else "",
        "insurance.maternity_region": region if MATERNITY in standing.insurances else "",
        "insurance.maternity_state": "1" if MATERNITY in standing.insurances else "",
    }
    if standing.retired_on is not None:
        found |= dict.fromkeys(("insurance.retired_on", "insurance.pension_from"), _text(standing.retired_on))
    since = known.insured_since() if standing.insured_before else standing.insured_on
    if since is None:
        return found
    opening = months_between(since, min(known.begins, standing.retired_on or known.begins))
    found |= {"insurance.first_insured_on": _text(since), "insurance.medical_since": _text(since)}
    found |= {"insurance.pension_kind": PENSION, "insurance.pension_region": region}
    found |= {"insurance.pension_joined_on": _text(since)}
    found["insurance.pension_changed_on"] = _text(standing.retired_on or standing.moved_in_on or standing.moved_out_on)
    months = opening + standing.paid_months
    paid = months * (known.wage_fen * OWN_SHARE_PERCENT // 100)
    return found | {
        "insurance.paid_months": f"{months:04d}",
        "insurance.paid_sum": f"{paid:010d}",
        "insurance.pension_account": f"{paid:010d}",
        "insurance.wage": f"{known.wage_fen:08d}",
    }


def _occurrences(source: str, texts: list[str], most: int) -> Values:
    """The newest so many, the newest first."""
    newest = texts[: -most - 1 : -1]
    return {source if n == 1 else f"{source}:{n}": text for n, text in enumerate(newest, start=1)}


def _skills(standing: Standing, known: Background) -> Values:
    """Two trainings and two qualifications; each qualification is a grade above the one before, from 5 up to 1."""
    job = known.values["work.occupation"]
    trained = [f"101^示例市职业培训学校^{day:%Y%m%d}^{_certificate(known, day, 2)}" for day in standing.trainings]
    awarded = [
        f"{job}^{max(1, 6 - n)}^示例市职业技能鉴定中心^{day:%Y%m%d}^{_certificate(known, day, 3)}"
        for n, day in enumerate(standing.qualifications, start=1)
    ]
    return _occurrences("work.training", trained, 2) | _occurrences("work.qualification", awarded, 2)


def _benefits(standing: Standing, region: str) -> Values:
    """One place for each insurance: pension, unemployment, work injury.  A pension's amount is not modelled."""
    found: Values = {}
    if standing.retired_on is not None:
        since, until = _text(standing.retired_on), _text(standing.pension_ended_on)
        found["insurance.benefit"] = f"{PENSION}^{region}^{since}^{until}^^{'201' if until else '101'}^{until or since}"
    if standing.benefit_from is not None:
        first, last = _text(standing.benefit_from), _text(standing.benefit_last)
        state = "101" if standing.state is State.UNEMPLOYED else "201"
        amount = f"{standing.benefit_fen:08d}"
        found["insurance.benefit:2"] = f"{UNEMPLOYMENT}^{region}^{first}^{last}^{amount}^{state}^{last}"
        found |= {"insurance.unemployment_region": region, "insurance.unemployment_from": first}
        found |= {"insurance.unemployment_to": last, "insurance.benefit_months": f"{standing.benefit_months:02d}"}
    if standing.injury_paid_on is not None:
        paid = _text(standing.injury_paid_on)
        found["insurance.benefit:3"] = f"{INJURY}^{region}^{paid}^{paid}^{standing.injury_paid_fen:08d}^201^{paid}"
    return found


def _injury(standing: Standing, known: Background) -> Values:
    """Recognition, and the assessment.  `degree`: the lowest grade of the degree of GB/T 16180, 00 for none."""
    found: Values = {}
    if standing.injuries:
        numbers = [_certificate(known, day, 4) for day in standing.injuries]
        each = [
            f"01^^{number}^{day:%Y%m%d}^{_COMMITTEE}" for number, day in zip(numbers, standing.injuries, strict=True)
        ]
        found |= {"insurance.recognition_number": numbers[-1], "insurance.recognition_kind": "01"}
        found |= _occurrences("insurance.injury", each, 3)
    if standing.assessed_on is not None:
        found |= {
            "insurance.disability_level": standing.degree if standing.injuries else "",
            "insurance.assessed_on": _text(standing.assessed_on),
            "insurance.assessing_body": _COMMITTEE,
            "insurance.assessment_number": _certificate(known, standing.assessed_on, 5),
            "insurance.assessment_result": {"04": "1", "06": "2", "10": "3"}.get(standing.degree, "0"),
            "insurance.assessment_text": f"劳动功能障碍{standing.degree}级" if standing.degree != "00" else "未达等级",
        }
    return found


def _transfer(standing: Standing, region: str) -> Values:
    """The last transfer of the relation; from where one came is not modelled."""
    out, into = standing.moved_out_on, standing.moved_in_on
    if out is None and into is None:
        return {}
    back = into is not None and (out is None or into >= out)
    return {
        "insurance.transfer_kind": MEDICAL,
        "insurance.transfer_region": "" if out is None else region,
        "insurance.transfer_state": "02" if back else "01",
        "insurance.transfer_out": _text(out),
        "insurance.transfer_in": _text(into) if back else "",
    }


def employment_record(known: Background, which: int, first: date, last: date) -> tuple[str, str, str, str]:
    """An employment that has ended, as a record of the chip's list: occupation, first day, last day, employer."""
    return known.values["work.occupation"], _text(first), _text(last), known.employer(which)[0]

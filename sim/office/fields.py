"""Fields of a person's office record, and the states they can take.

A record is a list of integers indexed by `Field`: the same shape serves the readable engine, a compiled engine
and a column of a file.  Times are milliseconds since the start of the run (NEVER if it has not happened), money is
integer fen, places are station numbers (NOWHERE if none).
"""

from __future__ import annotations

from enum import IntEnum, unique

NEVER = -(1 << 62)
NOWHERE = -1


@unique
class Account(IntEnum):
    """Social insurance account with the agency of this city."""

    NONE = 0
    OPEN = 1
    CLOSED = 2
    MOVED = 3  # transferred to another city
    CANCELLED = 4  # medical account cancelled (C2)


@unique
class Employment(IntEnum):
    NONE = 0
    HIRED = 1  # hired, not yet registered by the employer
    EMPLOYED = 2
    FLEXIBLE = 3
    UNEMPLOYED = 4
    RETIRED = 5
    EMPLOYER_GONE = 6  # the employer has deregistered


@unique
class Card(IntEnum):
    """The person's latest card, as the social security side sees it."""

    NONE = 0
    ISSUED = 1  # in the holder's hand, not activated
    ACTIVE = 2
    TEMPORARY_LOSS = 3  # reported by telephone, lapses unless made formal
    LOST = 4  # reported formally: final
    DAMAGED = 5  # handed in
    WITHDRAWN = 6  # taken in by the bank on cancellation
    EXPIRED = 7
    HOLDER_DIED = 8  # stopped: the holder's death is recorded, the heirs hand the card in
    EXCHANGED = 9  # of an earlier generation, handed in when the card it was exchanged for is collected


@unique
class EmployerEnd(IntEnum):
    """How an employer of the person came to an end that has not deregistered yet (P7)."""

    NONE = 0
    DISSOLVED = 1  # dissolved, bankrupt or revoked
    APPROVED = 2  # need not deregister with industry and commerce; its competent department approved the end
    DEREGISTERED = 3  # deregistered with industry and commerce, or lost its licence
    MERGED = 4
    FORMER_DISSOLVED = 5  # as DISSOLVED, of an earlier employer: the person has been hired by another since
    FORMER_OTHERWISE = 6  # as the others, of an earlier employer


@unique
class Bank(IntEnum):
    """The financial application, as the bank sees it."""

    NONE = 0
    INACTIVE = 1
    ACTIVE = 2
    REPORTED = 3  # loss reported to the bank
    CLOSED = 4
    FROZEN = 5  # the holder has died: nothing moves but to the heirs
    ACCOUNT_ONLY = 6  # the card was taken in, the account goes on without one until the holder closes it (C5)


@unique
class Application(IntEnum):
    NONE = 0
    SUBMITTED = 1  # accepted at the counter, being checked
    RETURNED = 2  # data found wrong, back to the person
    IN_PRODUCTION = 3
    READY = 4  # waits at the outlet that accepted it


@unique
class Reason(IntEnum):
    """Why the card that is under way was applied for; NONE once it is in hand or the application was returned."""

    NONE = 0
    FIRST = 1
    LOST = 2
    STOLEN = 3
    DAMAGED = 4
    EXCHANGE = 5
    REAPPLY = 6
    NEW_GENERATION = 7


@unique
class OldCard(IntEnum):
    """The old medical insurance IC card."""

    NONE = 0
    HELD = 1
    INSERTED = 2  # read by the pharmacy's terminal just now (V3)
    HANDED_IN = 3


@unique
class TemporaryCard(IntEnum):
    NONE = 0
    VALID = 1
    EXTENDED = 2
    RETURNED = 3
    EXPIRED = 4  # its term has run out, or its ground has gone
    LOST = 5  # declared lost


@unique
class Cancellation(IntEnum):
    NONE = 0
    NOTICED = 1  # bureau printed the notice
    CARD_WITHDRAWN = 2  # bank took notice and card
    ACCOUNT_CANCELLED = 3
    PAID = 4


@unique
class Insurance(IntEnum):
    """Comprehensive basic medical insurance in this city."""

    NEVER_INSURED = 0
    INSURED = 1
    ENDED = 2


@unique
class InsuranceEnd(IntEnum):
    """Why the insurance in this city ended (C1)."""

    NONE = 0
    ELSEWHERE = 1  # insured elsewhere, as after moving away without a transfer
    EMIGRATED = 2
    DIED = 3


@unique
class Cover(IntEnum):
    """Whether a person is insured in one of the other four branches of social insurance in this city."""

    NOT_INSURED = 0
    INSURED = 1


@unique
class Pension(IntEnum):
    """Pension status (U2)."""

    NONE = 0
    DRAWING = 1  # claimed and granted


@unique
class Age(IntEnum):
    """Whether a person has reached the statutory retirement age when the run begins (U2)."""

    WORKING = 0  # not yet
    RETIREMENT = 1


@unique
class Registration(IntEnum):
    """What the employment service has registered of the person (U3)."""

    NONE = 0
    UNEMPLOYED = 1
    JOB = 2


@unique
class Training(IntEnum):
    NONE = 0
    ENROLLED = 1  # in a course
    COMPLETED = 2


@unique
class Injury(IntEnum):
    """Work injury or occupational disease (U4)."""

    NONE = 0
    RECOGNISED = 1
    PAID = 2  # the benefit was paid


@unique
class Capacity(IntEnum):
    """Working capacity as assessed (U4), by the degrees of GB/T 16180: grades 1 to 4, 5 and 6, 7 to 10."""

    NONE = 0
    REQUESTED = 1
    UNIMPAIRED = 2  # no grade
    PARTLY_LOST = 3
    LARGELY_LOST = 4
    LOST = 5


@unique
class Transfer(IntEnum):
    """The last transfer of the account (P5)."""

    NONE = 0
    OUT = 1
    INTO = 2


@unique
class Generation(IntEnum):
    """Of which generation the card in the record is."""

    PRESENT = 0  # the one that is issued now
    EARLIER = 1


@unique
class Facility(IntEnum):
    """What a place may have; a guard PLACE_OFFERS asks for it."""

    INSTANT_ISSUE = 0
    ONLINE_TERMINAL = 1
    IN_THIS_CITY = 2


@unique
class Ledger(IntEnum):
    """Where money can be.

    MEDICAL, FINANCIAL, CLAIMS, RESERVED and FORMER belong to the person, the others are the world outside.
    """

    MEDICAL = 0
    FINANCIAL = 1
    FUND = 2  # the insurance fund: premiums in, reimbursements and interest out
    PROVIDER = 3  # hospitals and pharmacies
    CASH = 4  # cash and other people's accounts
    ELSEWHERE = 5  # the medical fund of another city (transfer)
    CLAIMS = 6  # costs claimed and not yet examined (L6)
    RESERVED = 7  # balance of a cancelled medical account until it is paid out (C5)
    FORMER = 8  # financial account that was left with the bank of an earlier card


@unique
class Field(IntEnum):
    ACCOUNT = 0
    EMPLOYMENT = 1
    CARD = 2
    CARD_BEFORE = 3  # Card state apart from any loss report: what the chip is, and what a lapsed report falls back to
    BANK = 4
    APPLICATION = 5
    REASON = 6
    OLD_CARD = 7
    TEMPORARY = 8
    CANCELLATION = 9
    INSURANCE = 10
    CARD_SERIAL = 11  # how many cards this person has had
    CARD_BANK = 12  # number of the bank whose card it is
    OUTLET = 13  # station that accepted the application
    HIRED_AT = 14
    EMPLOYER_ENDED_AT = 15  # approval of the employer's end, or end of its duty to pay; NEVER once it has deregistered
    APPLIED_AT = 16
    LOST_AT = 17  # when the card was in fact lost; NEVER while nothing is known to have happened to it
    REPORTED_AT = 18  # loss report in force
    CLAIMABLE_FEN = 19  # costs of losses that are over, which may be claimed (L6)
    COST_AT = 20  # when the person paid medical costs himself
    COST_FEN = 21  # what he paid during the loss that is not over
    TEMPORARY_AT = 22
    APPROVED_AT = 23  # bank's approval of the cancellation
    BALANCE_AT = 24  # since when the medical balance earns interest
    MEDICAL_FEN = 25
    FINANCIAL_FEN = 26
    LATE = 27  # flags: 1 employer registered late (P3), 2 employer deregistered late (P7)
    CLAIMED_FEN = 28  # what was claimed and is not yet examined
    HOT_AT = 29  # since when the card in the record is on the hot list; NEVER if it is not
    HOT_UNTIL = 30  # when a lapsed report took it off the list; NEVER if it did not
    FEN_DAYS = 31  # sum of daily medical balances up to BALANCE_AT: what interest is reckoned on
    EMPLOYER_END = 32  # how an employer ended that has not deregistered yet (EmployerEnd)
    INSURANCE_END = 33  # why the medical insurance here ended (InsuranceEnd)
    INSURANCE_ENDED_AT = 34  # when the agency recorded it
    DIED_AT = 35
    PREMIUM_FEN = 36  # assessed with the employer and not yet paid (P3)
    ASSESSED_AT = 37  # when it was assessed for the latest hiring
    PENSION_INSURANCE = 38  # the five insurances of the law: INSURANCE is the medical one, these are the other four
    UNEMPLOYMENT_INSURANCE = 39
    INJURY_INSURANCE = 40
    MATERNITY_INSURANCE = 41
    RESERVED_FEN = 42  # balance of the cancelled medical account, until it is paid out
    RESERVED_FEN_DAYS = 43  # sum of its daily balances up to APPROVED_AT; from then on it does not change
    FORMER_BANK = 44  # number of the bank at which an account was left behind
    FORMER_FEN = 45  # what is in that account
    GENERATION = 46  # of the card in the record
    PENSION = 47
    CONFIRMED_AT = 48  # when the person last confirmed that the pension is still due (U2)
    REGISTRATION = 49
    BENEFIT_MONTHS = 50  # months of unemployment benefit drawn since the person was registered as unemployed
    BENEFIT_AT = 51  # the last of these payments
    TRAINING = 52
    TRAININGS = 53  # courses completed
    QUALIFICATIONS = 54  # certificates awarded, each a grade higher
    INJURY = 55
    INJURIES = 56  # how many were recognised
    CAPACITY = 57
    TRANSFER = 58
    EMPLOYERS = 59  # how many this person has had
    CERTIFICATES = 60  # certificates of insurance drawn up online (U5)
    DAMAGED_AT = 61  # when the card in the holder's hand was damaged in fact: it is there and does not work
    AGE = 62

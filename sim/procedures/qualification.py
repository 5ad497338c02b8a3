"""Vocational qualification after training, with the card: examination and certificate (U3, D2)."""

from sim.office.fields import Field
from sim.procedures.model import END, Kind, Move, Procedure
from sim.procedures.shared import assumed, counter_time, none_of, office_step, one_of
from sim.procedures.use import at_the_agency, count

GRADES = 5
"""Grades of vocational qualification, 5 the lowest, 1 the highest; each certificate is a grade above the one before."""

_BELOW_THE_HIGHEST = (
    one_of(Field.QUALIFICATIONS, *range(GRADES), rule="U3", why="The person has the highest grade already."),
)

PROCEDURE = Procedure(
    name="qualification",
    title="Vocational qualification",
    title_zh="职业技能鉴定",
    rules=("U3", "U7", "A6"),
    steps=(
        at_the_agency(
            "examine",
            "U3",
            guards=(
                none_of(Field.TRAININGS, 0, rule="U3", why="No course was completed that leads to an examination."),
                *_BELOW_THE_HIGHEST,
            ),
            help="Entered for the examination.",
        ),
        office_step(
            "award",
            ("U3", "U7"),
            guards=_BELOW_THE_HIGHEST,
            effects=(count(Field.QUALIFICATIONS),),
            help="Passed: the certificate, a grade above the last; the card learns of it when it is next there.",
        ),
    ),
    moves=(
        Move("examine", "award", share="passed_share", wait="until_result"),
        Move("examine", END),
        Move("award", END),
    ),
    parameters=(
        counter_time(),
        assumed("passed_share", Kind.SHARE, 0.8, "share who pass"),
        assumed("until_result", Kind.WAIT, "20 d", "from the examination to its result"),
    ),
)

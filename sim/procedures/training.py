"""Employment training, with the card: enrolment, and the course's end (U3)."""

from sim.office.fields import Field, Training
from sim.procedures.model import END, Kind, Move, Procedure
from sim.procedures.shared import assumed, counter_time, none_of, office_step, one_of, put
from sim.procedures.use import at_the_agency, count

_ENROLLED = (one_of(Field.TRAINING, Training.ENROLLED, rule="U3", why="The person is in no course."),)

PROCEDURE = Procedure(
    name="training",
    title="Employment training",
    title_zh="就业培训",
    rules=("U3", "U7", "A6"),
    steps=(
        at_the_agency(
            "enrol",
            "U3",
            guards=(none_of(Field.TRAINING, Training.ENROLLED, rule="U3", why="The person is in a course already."),),
            effects=(put(Field.TRAINING, Training.ENROLLED),),
            help="Enrolment in a course.",
        ),
        office_step(
            "complete",
            ("U3", "U7"),
            guards=_ENROLLED,
            effects=(put(Field.TRAINING, Training.COMPLETED), count(Field.TRAININGS)),
            help="The course is completed; the card learns of it when it is next there.",
        ),
        office_step(
            "give_up",
            ("U3", "U7"),
            guards=_ENROLLED,
            effects=(put(Field.TRAINING, Training.NONE),),
            help="The course was not completed; another may be begun.",
        ),
    ),
    moves=(
        Move("enrol", "complete", share="completed_share", wait="course"),
        Move("enrol", "give_up", wait="course"),
        Move("complete", "qualification", share="examined_share", wait="until_examined"),
        Move("complete", END),
        Move("give_up", END),
    ),
    parameters=(
        counter_time(),
        assumed("course", Kind.WAIT, "30 d", "from enrolment to the end of the course"),
        assumed("completed_share", Kind.SHARE, 0.9, "share who complete the course"),
        assumed("examined_share", Kind.SHARE, 0.0, "share of these who go on to the examination"),
        assumed("until_examined", Kind.WAIT, "10 d", "from the end of the course to the examination"),
    ),
)

"""An enquiry by telephone: the voice menu, which answers most of them, else an agent."""

from sim.procedures.model import END, Kind, Move, Parameter, Place, Procedure, Step, Who
from sim.procedures.shared import TALK, TALK_SOURCE, assumed, voice_menu

PROCEDURE = Procedure(
    name="enquire_hotline",
    title="Enquiry by telephone",
    title_zh="热线咨询",
    rules=("G1",),
    steps=(
        voice_menu("G1", "The voice menu; many callers find the answer there."),
        Step(
            "agent",
            ("G1",),
            Place.HOTLINE,
            who=tuple(Who),
            service="talk_time",
            help="Guidance, look-up, policy, complaint.",
        ),
    ),
    moves=(Move("menu", END, share="self_service_share"), Move("menu", "agent"), Move("agent", END)),
    parameters=(
        assumed("menu_time", Kind.TIME, {"dist": "lognormal", "mean": "40 s", "cv": 0.5}, "in the voice menu"),
        Parameter("talk_time", Kind.TIME, TALK, "P", TALK_SOURCE, "talk with the agent"),
        Parameter(
            "self_service_share",
            Kind.SHARE,
            0.59,
            "D",
            "154,917 of 263,851 calls to the Ningxia line, third quarter 2020 (regional department)",
            "share of callers who need no agent",
        ),
    ),
)

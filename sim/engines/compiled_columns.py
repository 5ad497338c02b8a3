"""Columns of the compiled engine's tables: what stands where in a row of integers.

The compiled engine keeps no objects.  A case, a station, a step is a row of 64-bit integers; the constants here name
its columns.  Compiled code takes plain integers at no cost, so these are no enums.
"""

from __future__ import annotations

# --- now: the one row of what changes with every event ---------------------------------------------------------------
NOW = 0
EVENTS = 1
CANCELLED = 2
HEAP = 3  # entries in the heap
LOG = 4  # rows in the log buffer
TICKETS = 5
SERVICES = 6
CASES = 7
ALIVE = 8
EXHAUSTED = 9  # 1: nobody will come any more
ARRIVED = 10
NEXT_ARRIVAL = 11  # position in the block
LAST_BLOCK = 12  # 1: the block is the last one
FREE_CASE = 13  # first free row of the case table; the others follow by NEXT
FREE_CASES = 14
RECORDS = 15
STACK = 16
TROUBLE = 17  # 1: a table was too small in the middle of an event
LAST_EVENT = 18  # number of the event scheduled last
FREE_POOL = 19  # as FREE_CASE, for the pool
DAY_LOW = 20  # first and last day of the calendar that was asked for
DAY_HIGH = 21
CLOCK_STEP = 22
SEED = 23
REPLICATION = 24
END = 25
DRAIN = 26
BUSINESSES = 27
OFFLINE_FROM = 29  # terminals that fetch the hot list: (refresh, offset) pairs in `ints`
OFFLINE_TO = 30
HOMES_FROM = 31  # (person, place, station) triples in `ints`
HOMES_TO = 32
FREE_POOLS = 33
MARGIN_ROWS = 34  # rows that are free in every table before an event begins
NOW_WIDTH = 35

# --- cases -----------------------------------------------------------------------------------------------------------
ID = 0
PERSON = 1
STEP = 2
STATION = 3
SOURCE = 4
NUMBER = 5
VISIT = 6
BRANCH = 7
PRIORITY = 8
GROUP = 9
TURN = 10
JOINED = 11
STARTED = 12
STARTED_NUMBER = 13
DUE = 14  # number of the event that ends service or patience, 0 none
DUE_T = 15
REMAINING = 16
OVERRIDES = 17
BORN = 18
OUTCOME = 19
HERE = 20
LINE = 21  # line in which the case waits, -1 none
PREVIOUS = 22  # neighbours in that line
NEXT = 23
RECORD = 24
WHERE = 25
TRIES = 26
WHO = 27
MISSING = 28
REASON = 29
AMOUNT = 30
HELD_STATION = 31  # counter kept meanwhile, -1 none
HELD_GROUP = 32
HELD_SINCE = 33
BATCH = 34
WALK_STEP = 35
WALK_STATION = 36
TOLD = 37  # 1: an action of a story that is not over
BOARD = 38  # cases served together with this one, itself included; 0 if it is not the first of a board
BOARD_TAIL = 39
BOARD_MEMBER = 40  # next case of the board
BOARD_PREVIOUS = 41  # neighbouring boards of the server group
BOARD_NEXT = 42
SERVING_PREVIOUS = 43  # neighbours among the cases served by the group, where service can be broken off
SERVING_NEXT = 44
BREAKS = 45  # how often its service was broken off at this station
CASE_WIDTH = 46

# --- stations: from the program --------------------------------------------------------------------------------------
CAPACITY = 0
LIFO = 1
CLOSING = 2
WRAP_UP = 3
PATIENCE = 4
BALK_QUEUE = 5
BALK_SHARE = 6  # position in `reals`
RETURN_SHARE = 7  # position in `reals`
RETURN_WAIT = 8
RETURN_AT_MOST = 9
CALLBACK_QUEUE = 10
CALLBACK_SHARE = 11  # position in `reals`
PREEMPT = 12
GATHER = 13
BATCH_SIZE = 14
BATCH_JOIN = 15
SETUP = 16
CONSUMABLES = 17
REFILL = 18
BREAKDOWN = 19
REPAIR = 20
MACHINE = 21
MENU = 22
BANK = 23
FACILITIES = 24
REFRESH = 25
REFRESH_OFFSET = 26
THEN_FROM = 27
THEN_TO = 28
HOURS_FROM = 29
HOURS_TO = 30
HOURS_WEIGHT = 31  # position in `reals`
STATION_KEY = 32
GROUP_FROM = 33
GROUP_TO = 34
CHANGE_FROM = 35
CHANGE_TO = 36
RANKS = 37
RANK_OF = 38  # position in `ints`: rank of each priority class
MASKS = 39  # first row of `masks`, one for each rank
SERVICE_OF = 40  # position in `ints`: distribution of each business, NOT_GIVEN if the step's own
# and what changes
OPEN = 41
DRAINING = 42
WAITING = 43
INSIDE = 44
CHANGE = 45
DOWNS = 46
USES = 47
USED = 48
NEXT_FAILURE = 49
FAILURES = 50
# from the program again: counters with lines of their own; where they are more, BUSINESSES is as many
OWN_LINES = 51
JOCKEYING = 52
STATION_WIDTH = 53
NOT_GIVEN = -2

# --- groups of servers -----------------------------------------------------------------------------------------------
SKILLS = 0
ON_DUTY = 1
DOWN = 2
BUSY = 3
PENDING = 4
GROUP_BATCH = 5
BATCH_STARTED = 6
SERVING = 7  # case served last, where service can be broken off
FIRST_BOARD = 8
LAST_BOARD = 9
LINES = 10  # mask of the lines it takes people from: those of its skills, or its own
GROUP_WIDTH = 11

# --- steps, moves, waits ---------------------------------------------------------------------------------------------
STEP_KEY = 0
STEP_WHERE = 1
STEP_STATION = 2
CHOICE = 3
BY_BANK = 4  # position in `ints`
BUSINESS = 5
SERVICE = 6
OFFICE = 7
STARTS = 8
STEP_WHO = 9
FIRST_WHO = 10
KEEP = 11
CHIP = 12
STEP_MENU = 13
DONE_FROM = 14
DONE_TO = 15
REFUSED_FROM = 16
REFUSED_TO = 17
STEP_WIDTH = 18

MOVE_STEP = 0
MOVE_SHARE = 1  # position in `reals`
MOVE_GUARDED = 2
GUARD_FROM = 3
GUARD_TO = 4
MOVE_WAIT = 5
FORK = 6
MOVE_WIDTH = 7

WAIT_KIND = 0
WAIT_DIST = 1
CLOCKS_FROM = 2
CLOCKS_TO = 3
WAIT_VISIT = 4
WAIT_WIDTH = 5

DIST_KIND = 0
DIST_REALS = 1  # position in `reals`: a, b, c, then the values, then the weights
DIST_VALUES = 2  # how many values
DIST_WEIGHTS = 3
DIST_WIDTH = 4

CHOICE_PLACE = 0
CHOICE_FROM = 1  # stations in `ints`
CHOICE_TO = 2
CHOICE_SHARES = 3  # position in `reals`
CHOICE_WIDTH = 4

# --- sources and cohorts ---------------------------------------------------------------------------------------------
SOURCE_KEY = 0
SOURCE_STEP = 1
SOURCE_WHO = 2
SOURCE_WITHOUT = 3
SOURCE_REASON = 4
SOURCE_AMOUNT = 5
SOURCE_STATION = 6
SOURCE_PRIORITY = 7
SHARES_FROM = 8  # priority shares in `reals`
SHARES_TO = 9
TABLE_PRIORITY = 10  # position in `ints`, -1 none
OVERRIDES_FROM = 11  # (station, what, position in `ints`) triples in `ints`
OVERRIDES_TO = 12
AMOUNT_DIST = 13
SOURCE_CHOICE = 14
STORY = 15
AGENT_SHARE = 16  # position in `reals`
INCOMPLETE_SHARE = 17  # position in `reals`
SOURCE_WIDTH = 18

COHORT_FIRST = 0
COHORT_RECORD = 1  # position in `ints`
MEDICAL = 2
FINANCIAL = 3
BANKS_FROM = 4
BANKS_TO = 5
BANKS_SHARES = 6  # position in `reals`
OUTLETS = 7
COHORT_WIDTH = 8

# --- the office ------------------------------------------------------------------------------------------------------
CHECK = 0
GUARD_FIELD = 1
GUARD_DATA = 2  # a term, a facility, or the mask of a paper
VALUES_FROM = 3  # in `ints`
VALUES_TO = 4
RULE = 5
PAPER = 6
GUARD_WIDTH = 7

ACT = 0
EFFECT_FIELD = 1
EFFECT_VALUE = 2
EFFECT_OTHER = 3
EFFECT_WIDTH = 4

OFFICE_WHO = 0
NEED = 1
NEED_OF_AGENT = 2
REGISTER_SERVES = 3
EVERYTHING = 4
GUARDS_FROM = 5
GUARDS_TO = 6
EFFECTS_FROM = 7
EFFECTS_TO = 8
REFUSE_WHO = 9  # first of one rule for each Who
REFUSE_PAPER = 13  # first of one rule for each Paper
OFFICE_WIDTH = 30

# --- columns of the heap, the log, a block of arrivals, the pool and the stack ---------------------------------------
DUE_AT = 0
ORDER = 1
WHAT = 2  # row of a case, station or pool
EVENT = 3
HEAP_WIDTH = 4

BLOCK_T = 0
BLOCK_SOURCE = 1
BLOCK_NUMBER = 2
BLOCK_PERSON = 3
BLOCK_WIDTH = 4

POOL_ID = 0  # a case that has gone on while its server wraps up; or the station of a machine that is down
POOL_PERSON = 1
POOL_STEP = 2
POOL_STATION = 3
POOL_GROUP = 4
POOL_SINCE = 5
POOL_WHY = 6
POOL_WIDTH = 7

ENTER = 0  # case comes to a step (A) at a station (B)
SERVED = 1  # case was served at a station (A)
FOLLOW = 2  # case takes the first of the moves A..B-1 that holds, looking on at C
MEMBERS = 3  # case and those after it on its board were served at a station (A)
FRAME = 0
FRAME_CASE = 1
A = 2
B = 3
C = 4
STACK_WIDTH = 5

# --- how the compiled loop comes back ---------------------------------------------------------------------------------
OVER = 0
ROOM = 1  # a table is nearly full
BLOCK = 2  # the next block of arrivals is asked for
BEAT = 3  # so many events have passed
BROKEN = 4  # a table was too small in the middle of an event

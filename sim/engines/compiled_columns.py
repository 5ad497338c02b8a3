"""Columns of the compiled engine's tables: what stands where in a row of integers.

The compiled engine keeps no objects.  A case, a station, a step is a row of 64-bit integers; the constants here name
its columns.  Compiled code takes plain integers at no cost, so these are no enums.
"""

from __future__ import annotations

from sim.procedures.model import Paper, Who

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
NEXT_ARRIVAL = 9  # position in the block
LAST_BLOCK = 10  # 1: the block is the last one
FREE_CASE = 11  # first free row of the case table; the others follow by NEXT
FREE_CASES = 12
STACK = 14
TROUBLE = 15  # 1: a table was too small in the middle of an event
LAST_EVENT = 16  # number of the event scheduled last
FREE_POOL = 17  # as FREE_CASE, for the pool
DAY_LOW = 18  # first and last day of the calendar that was asked for
DAY_HIGH = 19
CLOCK_STEP = 20
SEED = 21
REPLICATION = 22
END = 23
DRAIN = 24
BUSINESSES = 25
OFFLINE_FROM = 26  # terminals that fetch the hot list: (refresh, offset) pairs in `ints`
OFFLINE_TO = 27
HOMES_FROM = 28  # (person, place, station) triples in `ints`
HOMES_TO = 29
FREE_POOLS = 30
MARGIN_ROWS = 31  # rows that are free in every table before an event begins
NEAR = 32  # ms: what happens before is in the heap, what happens later in a drawer
FAR = 33  # entries in drawers
PAGES = 34  # pages that were ever used
FREE_PAGE = 35  # first of those that are free again; the others follow by LINK, -1 after the last
NOW_WIDTH = 36

# --- cases: what is asked for together stands together, eight columns to a line of the cache -------------------------
ID = 0
PERSON = 1
STEP = 2
STATION = 3
SOURCE = 4
NUMBER = 5
VISIT = 6
RECORD = 7
BRANCH = 8
HERE = 9
GROUP = 10
JOINED = 11
STARTED = 12
DUE = 13  # number of the event that ends service or patience, 0 none
OUTCOME = 14
BOARD_MEMBER = 15  # next case of the board
WHO = 16
MISSING = 17
REASON = 18
AMOUNT = 19
WALK_STEP = 20
WALK_STATION = 21
HELD_STATION = 22  # counter kept meanwhile, -1 none
BORN = 23
HELD_GROUP = 24
HELD_SINCE = 25
PRIORITY = 26
OVERRIDES = 27
REMAINING = 28
TOLD = 29  # 1: an action of a story that is not over
TURN = 30
STARTED_NUMBER = 31
LINE = 32  # line in which the case waits, -1 none
PREVIOUS = 33  # neighbours in that line
NEXT = 34
BREAKS = 35  # how often its service was broken off at this station
WHERE = 36
TRIES = 37
BATCH = 38
DUE_T = 39
BOARD = 40  # cases served together with this one, itself included; 0 if it is not the first of a board
BOARD_TAIL = 41
BOARD_PREVIOUS = 42  # neighbouring boards of the server group
BOARD_NEXT = 43
SERVING_PREVIOUS = 44  # neighbours among the cases served by the group, where service can be broken off
SERVING_NEXT = 45
FIRST_SERVICE = 46  # how long the first step takes, drawn beforehand; -1 if it is drawn when it begins
CASE_WIDTH = 48  # whole lines

# --- stations, in lines as cases: first what everybody who comes asks for --------------------------------------------
OPEN = 0
INSIDE = 1
CAPACITY = 2
WAITING = 3
BALK_QUEUE = 4
BATCH_JOIN = 5
GATHER = 6
GROUP_FROM = 7
GROUP_TO = 8
BATCH_SIZE = 9
CLOSED = 10  # between the end of its hours and their beginning
SERVICE_OF = 11  # position in `ints`: distribution of each business, NOT_GIVEN if the step's own
SETUP = 12
CONSUMABLES = 13
BREAKDOWN = 14
WRAP_UP = 15
PATIENCE = 16
DRAINING = 17
THEN_FROM = 18
THEN_TO = 19
HOURS_FROM = 20
HOURS_TO = 21
HOURS_WEIGHT = 22  # position in `reals`
HOURS_DAYS = 23  # position in `ints`: which of the hours is the first after the beginning of each day
MACHINE = 24
MENU = 25
BANK = 26
FACILITIES = 27
RANKS = 28
RANK_OF = 29  # position in `ints`: rank of each priority class
MASKS = 30  # first row of `masks`, one for each rank
LIFO = 31
STATION_LINES = 3
CLOSING = 32
BALK_SHARE = 33  # position in `reals`
RETURN_SHARE = 34  # position in `reals`
RETURN_WAIT = 35
RETURN_AT_MOST = 36
CALLBACK_SHARE = 37  # position in `reals`
REFILL = 38
REPAIR = 39
REFRESH = 40
REFRESH_OFFSET = 41
STATION_KEY = 42
CHANGE_FROM = 43
CHANGE_TO = 44
CHANGE = 45
DOWNS = 46
USES = 47
USED = 48
NEXT_FAILURE = 49
FAILURES = 50
CALLBACK_QUEUE = 51
# from the program again: counters with lines of their own; where they are more, BUSINESSES is as many
OWN_LINES = 52
JOCKEYING = 53
STATION_WIDTH = 56  # whole lines
NOT_GIVEN = -2

# --- groups of servers -----------------------------------------------------------------------------------------------
SKILLS = 0
ON_DUTY = 1
DOWN = 2
BUSY = 3
PENDING = 4
GROUP_BATCH = 5
BATCH_STARTED = 6
SERVING = 7  # case served last, where service is broken off
FIRST_BOARD = 8
LAST_BOARD = 9
LINES = 10  # mask of the lines it takes people from: those of its skills, or its own
BREAKS_OFF = 11  # whether who leaves breaks off his service
GROUP_WIDTH = 12

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
STORY = 15  # IS_STORY, IS_TERM, or 0: who comes sets out for further steps of himself
AGENT_SHARE = 16  # position in `reals`
INCOMPLETE_SHARE = 17  # position in `reals`
SOURCE_WIDTH = 18

IS_STORY, IS_TERM = 1, 2

COHORT_FIRST = 0
COHORT_RECORD = 1  # position in `ints`
MEDICAL = 2
FINANCIAL = 3
BANKS_FROM = 4
BANKS_TO = 5
BANKS_SHARES = 6  # position in `reals`
OUTLETS = 7
RESERVED = 8
AGO = 9
SINCE_FROM = 10  # fields in `ints`
SINCE_TO = 11
COHORT_WIDTH = 12

# --- the office ------------------------------------------------------------------------------------------------------
CHECK = 0
GUARD_FIELD = 1
GUARD_DATA = 2  # a term, a facility, or the mask of a paper
VALUES_FROM = 3  # in `ints`
VALUES_TO = 4
RULE = 5
PAPER = 6
GUARD_WIDTH = 7
IN_BITS = 32  # further checks, beyond those of sim.office.rows: against the bits of GUARD_DATA
NOT_IN_BITS = 33
BITS = 63

ACT = 0
EFFECT_FIELD = 1
EFFECT_VALUE = 2
EFFECT_OTHER = 3
EFFECT_WIDTH = 4

OFFICE_WHO = 0
NEED = 1
NEED_OF_AGENT = 2
NEED_OF_HEIR = 3
REGISTER_SERVES = 4
EVERYTHING = 5
GUARDS_FROM = 6
GUARDS_TO = 7
EFFECTS_FROM = 8
EFFECTS_TO = 9
REFUSE_WHO = 10  # first of one rule for each Who
REFUSE_PAPER = REFUSE_WHO + len(Who)  # first of one rule for each Paper
OFFICE_WIDTH = REFUSE_PAPER + len(Paper)

# --- columns of the heap, pages of drawers, the log, a block of arrivals, the pool and the stack ----------------------
DUE_AT = 0
ORDER = 1
WHAT = 2  # row of a case, station or pool
EVENT = 3
HEAP_WIDTH = 4

LINK = 0  # to the next page: its number << FILLED_BITS | how many entries are on it, each as in the heap
FIRST_ENTRY = 4
PAGE_ENTRIES = 15
PAGE_WIDTH = 64
FILLED_BITS = 4
FILLED = 15
NO_PAGE = -16  # as a link: page -1, nothing on it

BLOCK_T = 0
BLOCK_SOURCE = 1
BLOCK_NUMBER = 2
BLOCK_PERSON = 3
BLOCK_PRIORITY = 4
BLOCK_WHO = 5
BLOCK_MISSING = 6
BLOCK_AMOUNT = 7
BLOCK_WHERE = 8
BLOCK_STATION = 9  # of the first step, -1 if it is chosen later
BLOCK_SERVICE = 10  # a time of the first step's distribution, -1 if it is drawn later
BLOCK_WIDTH = 12

NO_RECORD = -1  # in place of a row of the records
PROMISED = -2  # less a row: somebody's from the moment he first arrives

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

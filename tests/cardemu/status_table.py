"""Which command can give which status word, and why the others cannot: the specification's table, in our words.

Source: SPEC-5, table 5 (status words) and its chapters (commands), C2; the reasons are those of this card.
"""

from __future__ import annotations

from typing import NamedTuple

GET_RESPONSE, UNKNOWN = "GET RESPONSE", "(no command)"
"""Two rows of the table that are no commands of the card: the first belongs to T=0, the second is any other INS."""

MAKING = frozenset({"CREATE FILE", "LOAD TRANSPORT KEY"})
MEDICAL = frozenset(
    {
        *("GET BALANCE", "INITIALISE TRANSACTION", "CREDIT ACCOUNT", "DEBIT ACCOUNT"),
        *("GET TRANSACTION PROOF", "START DAY"),
    }
)
BLOCKING = frozenset({"APPLICATION BLOCK", "CARD BLOCK"})
UPDATES = frozenset({"UPDATE BINARY", "UPDATE RECORD"})
READS = frozenset({"READ BINARY", "READ RECORD"})
WITH_MAC = BLOCKING | UPDATES | {"PIN UNBLOCK", "WRITE KEY"}
WITHOUT_PARAMETERS = UPDATES - {"UPDATE RECORD"} | {"READ BINARY"}
COMMANDS = (
    frozenset({"SELECT", "VERIFY", "CHANGE PIN", "GET CHALLENGE", "INTERNAL AUTHENTICATE", "EXTERNAL AUTHENTICATE"})
    | WITH_MAC
    | READS
    | MEDICAL
    | MAKING
)
EVERYTHING = COMMANDS | {GET_RESPONSE, UNKNOWN}


class Row(NamedTuple):
    """A status word: the commands that give it, and why no other does."""

    given: frozenset[str]
    otherwise: str


TABLE: dict[int, Row] = {
    0x9000: Row(COMMANDS | {GET_RESPONSE}, "what is no command does nothing"),
    0x6100: Row(
        MEDICAL | {"SELECT", "INTERNAL AUTHENTICATE", "READ RECORD", GET_RESPONSE},
        "the others have no data, or must say how many bytes they want",
    ),
    0x63C0: Row(
        frozenset({"VERIFY", "CHANGE PIN", "EXTERNAL AUTHENTICATE"}), "counts tries that are compared, not MACs (9302)"
    ),
    0x6581: Row(frozenset(), "the emulated memory does not wear out; a power cut gives no answer at all"),
    0x6700: Row(COMMANDS | {GET_RESPONSE}, "an unknown command has no right length"),
    0x6901: Row(frozenset({"CREDIT ACCOUNT", "DEBIT ACCOUNT"}), "only these two finish what another began"),
    0x6981: Row(READS | UPDATES, "only these need a kind of file"),
    0x6982: Row(
        READS | UPDATES | {"CREATE FILE", "GET BALANCE", "INITIALISE TRANSACTION", "PIN UNBLOCK", "START DAY"},
        "no other command has an access rule; what a key must prove, it proves in the command itself",
    ),
    0x6983: Row(
        WITH_MAC
        | {"VERIFY", "CHANGE PIN", "EXTERNAL AUTHENTICATE"}
        | {"INITIALISE TRANSACTION", "CREDIT ACCOUNT", "DEBIT ACCOUNT"},
        "no PIN or key with tries is used",
    ),
    0x6984: Row(WITH_MAC | {"EXTERNAL AUTHENTICATE"}, "no challenge is used"),
    0x6985: Row(
        COMMANDS - {"SELECT", "GET CHALLENGE"} | {GET_RESPONSE},
        "SELECT and GET CHALLENGE are allowed in every stage; an unknown INS is 6D00 in all of them",
    ),
    0x6986: Row(READS | UPDATES, "no other command uses the current file"),
    0x6987: Row(UPDATES, "only a write rule can ask for a MAC"),
    0x6988: Row(frozenset(), "a wrong MAC is 9302 on these cards (C2)"),
    0x6A80: Row(
        MEDICAL - {"GET BALANCE", "GET TRANSACTION PROOF"}
        | {"CHANGE PIN", "PIN UNBLOCK", "WRITE KEY", "CREATE FILE", "LOAD TRANSPORT KEY"},
        "the content of the data is not looked at, or has a status word of its own (6A85, 9302)",
    ),
    0x6A81: Row(COMMANDS | {UNKNOWN}, "GET RESPONSE never reaches the card"),
    0x6A82: Row(READS | UPDATES | {"SELECT"}, "names no file"),
    0x6A83: Row(frozenset({"READ RECORD", "UPDATE RECORD"}), "names no record"),
    0x6A84: Row(UPDATES | {"CREATE FILE", "WRITE KEY"}, "takes no room"),
    0x6A85: Row(frozenset({"UPDATE RECORD"}), "no other command has TLV data whose length could disagree"),
    0x6A86: Row(
        COMMANDS - WITHOUT_PARAMETERS | {GET_RESPONSE},
        "READ and UPDATE BINARY have an offset or file in P1 and P2, and every value means one (6B00, 6A82)",
    ),
    0x6A88: Row(
        WITH_MAC | {"VERIFY", "CHANGE PIN", "INTERNAL AUTHENTICATE", "EXTERNAL AUTHENTICATE"},
        "names no key; those of the account have an index (9403)",
    ),
    0x6B00: Row(WITHOUT_PARAMETERS, "has no offset"),
    0x6C00: Row(
        MEDICAL | READS | {"SELECT", "INTERNAL AUTHENTICATE", GET_RESPONSE},
        "has no data; GET CHALLENGE gives the number of bytes asked for, or 6700",
    ),
    0x6D00: Row(frozenset({UNKNOWN}), "every other INS is known"),
    0x6E00: Row(COMMANDS | {UNKNOWN}, "GET RESPONSE with another CLA is an unknown INS"),
    0x6F00: Row(frozenset(), "a mistake of ours; only `serve` says so instead of crashing"),
    0x9302: Row(WITH_MAC | {"CREDIT ACCOUNT", "DEBIT ACCOUNT"}, "carries no MAC"),
    0x9303: Row(
        COMMANDS - MAKING,
        "applications are locked only on cards in use, where files are made no more; an unknown INS is 6D00 there too",
    ),
    0x9401: Row(frozenset({"INITIALISE TRANSACTION"}), "takes no money; the sum is checked when a purchase begins"),
    0x9402: Row(frozenset({"INITIALISE TRANSACTION"}), "starts no transaction"),
    0x9403: Row(
        frozenset({"INITIALISE TRANSACTION", "CREDIT ACCOUNT", "DEBIT ACCOUNT"})
        | {"INTERNAL AUTHENTICATE", "EXTERNAL AUTHENTICATE"},
        "names no key by index or version",
    ),
    0x9406: Row(frozenset({"GET TRANSACTION PROOF"}), "asks for no earlier MAC"),
}
"""By status word; 6100, 63C0 and 6C00 stand for 61xx, 63Cx and 6Cxx."""

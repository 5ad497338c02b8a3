"""The PSAM: it derives the cards' keys, and card and PSAM accept each other."""

from __future__ import annotations

import pytest

from cardemu.apdu import build
from cardemu.card import Card
from cardemu.crypto import DES, SM4_128, factors
from cardemu.memory import Cell, PowerCutError
from cardemu.psam import COMMANDS, MASTER_KEY, PURCHASE_ROW, Begun, psam
from cardemu.status import known
from tests.cardemu.support import REGION, TERMINAL, TIME, Host, counting, new_card

SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
SOURCE = bytes.fromhex("A1A2A3A4A5A6A7A8")


def module(environment: str = "MF") -> Card:
    """A PSAM of the test region, in one of its environments."""
    made = psam(counting(), REGION, TERMINAL)
    made.reset()
    if environment != "MF":
        assert send(made, "00A4000002DDF1")[-2:] == b"\x90\x00"
    return made


def send(card: Card, command: str) -> bytes:
    """One command, in hexadecimal."""
    return card.transmit(bytes.fromhex(command))


def levels(card: Card, count: int) -> bytes:
    """The factors a terminal sends: card, city, province, as many as the PSAM still lacks."""
    return b"".join(reversed(factors(REGION, card.historical)[3 - count :]))


@pytest.mark.parametrize(("name", "environment"), [("generation-2", "MF"), ("generation-3", "DDF1")])
def test_a_terminal_reads_the_photo_with_its_psam(name: str, environment: str) -> None:
    """RKSSSE, usage 47 and id 0A on the PSAM: two factors, the card's challenge, then the source encrypted."""
    card, sam = new_card(name), module(environment)
    block = card.template.algorithm.block
    card.transmit(SSSE)
    assert send(sam, "BFEC00000199") == b"\x90\x00"
    challenge = send(card, "0084000008")[:-2]
    data = levels(card, 2) + challenge.ljust(block, b"\x00")
    assert sam.transmit(build(bytes.fromhex("BFDE470A"), data)) == b"\x90\x00"
    cipher = sam.transmit(build(bytes.fromhex("80FA0000"), SOURCE.ljust(block, b"\x00")))[:-2]
    if block == 16:
        cipher = bytes(a ^ b for a, b in zip(cipher[:8], cipher[8:], strict=True))
    assert card.transmit(build(bytes.fromhex("0082000A"), cipher + SOURCE)) == b"\x90\x00"
    assert send(card, "00B0880004") == bytes.fromhex("000000009000")


def test_the_psam_recognises_the_card() -> None:
    """IRK, usage 67: three factors from the national root; the card's answer is the PSAM's."""
    card, sam = new_card(), module()
    card.transmit(SSSE)
    process = bytes(range(1, 9))
    answer = card.transmit(build(bytes.fromhex("00880000"), process + SOURCE))[:-2]
    assert sam.transmit(build(bytes.fromhex("BFDE6708"), levels(card, 3) + process)) == b"\x90\x00"
    assert sam.transmit(build(bytes.fromhex("80FA0000"), SOURCE))[:-2] == answer


def test_a_maintenance_mac_from_the_psam_writes_the_card() -> None:
    """STK, usage 48 id 09: a MAC in two chained parts under the delivered key is what the card wants."""
    card, sam = new_card(), module()
    host = Host(card)
    card.transmit(SSSE)
    send(card, "00A4020002EF06")
    host.authenticate(0x04)
    challenge = host.challenge()
    assert sam.transmit(build(bytes.fromhex("BFDE4809"), levels(card, 2) + challenge)) == b"\x90\x00"
    message = DES.pad(bytes.fromhex("04DC0A00070A0131"))
    assert sam.transmit(build(bytes.fromhex("80FA0300"), message[:8])) == b"\x90\x00"
    mac = sam.transmit(build(bytes.fromhex("80FA0100"), message[8:]))[:-2]
    assert card.transmit(bytes.fromhex("04DC0A00070A0131") + mac) == b"\x90\x00"


def test_mac_with_initial_value() -> None:
    """P1 05: the first block is the initial value; P1 07 and 01: the same in two parts."""
    sam = module()
    deliver = build(bytes.fromhex("BFDE4809"), bytes(16) + bytes(8))
    sam.transmit(deliver)
    single = send(sam, "80FA050018" + "11" * 8 + "22" * 8 + "33" * 8)
    sam.transmit(deliver)
    assert send(sam, "80FA070010" + "11" * 8 + "22" * 8) == b"\x90\x00"
    assert send(sam, "80FA010008" + "33" * 8) == single
    assert len(single) == 6


def test_an_initial_value_without_a_message_is_refused() -> None:
    """One block with P1 05 or 07 is the initial value alone: there is nothing to compute a MAC of."""
    sam = module()
    for p1 in ("05", "07"):
        sam.transmit(build(bytes.fromhex("BFDE4809"), bytes(16) + bytes(8)))
        assert send(sam, f"80FA{p1}0008" + "11" * 8) == b"\x6a\x80"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("BFDE670810" + "00" * 16, "6A80"),  # one factor where three are missing
        ("BFDE270820" + "00" * 32, "6A80"),  # usage says one level, the key needs three
        ("BFDE470818" + "00" * 24, "6A80"),  # data for two levels, as announced, but the key needs three
        ("BFDE66082000" + "00" * 31, "6985"),  # the IRK computes no MAC
        ("BFDE67FF20" + "00" * 32, "6A88"),
        ("BFEC000001AA", "6A80"),
        ("BFEC0000029900", "6700"),
        ("BFEC01000199", "6A86"),
        ("80FA000008" + "00" * 8, "6985"),  # no key delivered
        ("80FA040008" + "00" * 8, "6A86"),
        ("8072000004" + "00" * 4, "6901"),
        ("8072000003" + "00" * 3, "6700"),
        ("8072010004" + "00" * 4, "6A86"),
        ("8070010033" + "00" * 51, "6700"),
        ("8070000034" + "00" * 52, "6A86"),
        ("8070010034" + "00" * 52, "6A80"),  # type and algorithm are wrong
        ("00200000", "6D00"),
        ("84DE0000", "6E00"),
    ],
)
def test_what_the_psam_refuses(command: str, status: str) -> None:
    """Wrong levels, wrong types, wrong order, wrong lengths."""
    assert send(module(), command).hex().upper() == status


def test_cipher_data_keeps_to_the_delivered_type() -> None:
    """A key delivered for encryption makes no MAC; input must be whole blocks; the key goes with other commands."""
    sam = module()
    deliver = "BFDE67082000" + "00" * 31
    send(sam, deliver)
    assert send(sam, "80FA010008" + "00" * 8) == b"\x69\x85"
    send(sam, deliver)
    assert send(sam, "80FA000007" + "00" * 7) == b"\x6a\x80"
    send(sam, deliver)
    assert len(send(sam, "80FA000008" + "00" * 8)) == 10
    send(sam, "0084000008")
    assert send(sam, "80FA000008" + "00" * 8) == b"\x69\x85"


def purchase(sam: Card, version: str = "01") -> bytes:
    """INIT SAM FOR PURCHASE with made-up card numbers."""
    head = "0102030400000000 0DC00000000000000000 02".replace(" ", "") + TIME.hex() + version + "01"
    return send(sam, "8070010034" + head + "00" * 24)


def test_the_terminal_counter_moves_with_every_purchase() -> None:
    """Counter 0, 1, 2; at its maximum 9402; unknown key versions 9403."""
    sam = module()
    assert [purchase(sam)[:4].hex() for _ in range(3)] == ["00000000", "00000001", "00000002"]
    assert purchase(sam, "03")[-2:] == b"\x90\x00"
    assert purchase(sam, "04") == b"\x94\x03"
    assert send(sam, "00A4040006D15600000590")[-2:] == b"\x90\x00"
    assert send(sam, "00B0990004").hex() == "000000049000"
    sam.memory.cells[16 + 4] = b"\xff" * 4
    assert purchase(sam) == b"\x94\x02"


def test_a_wrong_mac2_is_refused() -> None:
    """CREDIT SAM believes only the card, and a wrong MAC2 costs a try of DPK: after fifteen it pays no more."""
    sam = module()
    for _ in range(15):
        assert purchase(sam)[-2:] == b"\x90\x00"
        assert send(sam, "807200000400000000") == b"\x93\x02"
    assert purchase(sam) == b"\x69\x83"
    assert purchase(sam, "02")[-2:] == b"\x90\x00"


def test_a_right_mac2_gives_the_tries_back() -> None:
    """One wrong, one right: DPK has all its tries again."""
    sam = module()
    purchase(sam)
    send(sam, "807200000400000000")
    assert sam.memory.read(Cell.TRIES)[2] == 14
    purchase(sam)
    begun = sam.session.pending if sam.session is not None else None
    assert isinstance(begun, Begun)
    assert send(sam, "8072000004" + begun.algorithm.mac(begun.key, begun.amounts).hex()) == b"\x90\x00"
    assert sam.memory.read(Cell.TRIES)[2] == 15


def test_the_master_key_is_not_guessed() -> None:
    """Fifteen wrong MACs, torn or not, and CHANGE KEY is locked; another key's tries are its own."""
    sam = module()
    for number in range(15):
        if number % 2:
            sam.tear_after(1)
            with pytest.raises(PowerCutError):
                change_key(sam, bytes((7, 1)) + bytes(16), spoil=1)
            sam.reset()
        else:
            assert change_key(sam, bytes((7, 1)) + bytes(16), spoil=1) == b"\x93\x02"
    assert change_key(sam, bytes((7, 1)) + bytes(16)) == b"\x69\x83"
    assert purchase(sam)[-2:] == b"\x90\x00"


def test_the_counter_survives_power_cuts() -> None:
    """Torn before the counter is written it stands, torn after it has moved; MAC1 is never given for nothing."""
    sam = module()
    for writes, counter in ((0, "00000000"), (1, "00000001")):
        sam.tear_after(writes)
        with pytest.raises(PowerCutError):
            purchase(sam)
        sam.reset()
        assert sam.memory.read(16 + 4).rjust(4, b"\x00").hex() == counter


def change_key(sam: Card, plain: bytes, *, number: int = 0x08, spoil: int = 0) -> bytes:
    """CHANGE KEY under the PSAM's master key."""
    algorithm = SM4_128 if sam.session is not None and sam.session.df.header.fid == 0xDDF1 else DES
    session_key = algorithm.session_key(MASTER_KEY, send(sam, "0084000008")[:-2])
    body = algorithm.encrypt(session_key, plain)
    head = bytes((0x84, 0xD4, 0x00, number))
    mac = algorithm.mac(session_key, head + bytes((len(body) + 4,)) + body)
    return sam.transmit(build(head, body + bytes((mac[0] ^ spoil,)) + mac[1:]))


@pytest.mark.parametrize("environment", ["MF", "DDF1"])
def test_a_changed_key_is_used(environment: str) -> None:
    """The written bytes take the place of the test key, in this environment only, and survive a reset."""
    sam = module(environment)
    other = module(environment)
    block = 8 if environment == "MF" else 16
    deliver = build(bytes.fromhex("BFDE6708"), bytes(24 + block))
    cipher = build(bytes.fromhex("80FA0000"), bytes(block))
    new = bytes((7, 1)) + b"\x4b" * 16
    assert change_key(sam, new, spoil=1) == b"\x93\x02"
    assert change_key(sam, new) == b"\x90\x00"
    assert change_key(sam, new) == b"\x90\x00"
    sam.reset()
    send(sam, "00A4000002DDF1" if environment == "DDF1" else "00A40000")
    answers = []
    for card in (sam, other):
        assert card.transmit(deliver) == b"\x90\x00"
        answers.append(card.transmit(cipher))
    algorithm = DES if environment == "MF" else SM4_128
    key = b"\x4b" * 16
    for _ in range(3):
        key = algorithm.diversify(key, bytes(8))
    assert answers[0][:-2] == algorithm.encrypt_blocks(algorithm.session_key(key, bytes(block)), bytes(block))
    assert answers[0] != answers[1]


def test_what_change_key_refuses() -> None:
    """No challenge, wrong length, unknown key, wrong type, wrong plain text."""
    sam = module()
    assert send(sam, "84D400081C" + "00" * 28) == b"\x69\x84"
    assert send(sam, "84D400081B" + "00" * 27) == b"\x67\x00"
    assert send(sam, "84D401081C" + "00" * 28) == b"\x6a\x86"
    assert change_key(sam, bytes((7, 1)) + bytes(16), number=0xFF) == b"\x6a\x88"
    assert change_key(sam, bytes((6, 1)) + bytes(16)) == b"\x69\x85"
    assert change_key(sam, bytes(17)) == b"\x6a\x80"


def test_public_files_of_the_psam() -> None:
    """Terminal number and public information are free to read."""
    sam = module()
    assert send(sam, "00B0960006") == TERMINAL + b"\x90\x00"
    assert send(sam, "00B095000F") == bytes(15) + b"\x90\x00"
    assert send(sam, "00A40400057378322E73")[:2] == b"\x6f\x11"


def test_both_environments_hold_different_ciphers() -> None:
    """The MF computes 3DES, DDF1 SM4: their challenges have 8 and 16 bytes."""
    assert send(module("DDF1"), "BFDE670828" + "00" * 40) == b"\x90\x00"
    assert send(module("MF"), "BFDE670828" + "00" * 40) == b"\x6a\x80"
    assert (DES.block, SM4_128.block, PURCHASE_ROW.psam) == (8, 16, 0x22)


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
def test_catalogue_entry_of_the_psam(spec: object) -> None:
    """Every command of the PSAM is cited, and its examples get an answer."""
    entry = next(entry for entry in COMMANDS if entry is spec)
    assert entry.citation
    for example in entry.examples:
        answer = send(module(), example.command)
        assert known(int.from_bytes(answer[-2:], "big"))
        assert answer[-2:] not in {b"\x6e\x00", b"\x6d\x00", b"\x67\x00"}


def test_a_terminal_number_has_six_bytes() -> None:
    """Anything else is a mistake of the caller."""
    with pytest.raises(ValueError, match="must be 6 bytes"):
        psam(counting(), REGION, b"\x01")


@pytest.mark.parametrize("p1", ["00", "01", "05"])
def test_a_purchase_key_computes_nothing_but_purchases(p1: str) -> None:
    """Delivered with type 2, DPK made MAC1 uncounted and MAC2 without a card; CREDIT SAM then believed anything."""
    sam = module()
    assert sam.transmit(build(bytes.fromhex("BFDE6222"), bytes(24 + 8))) == b"\x90\x00"
    assert send(sam, f"80FA{p1}0010" + "00" * 16) == b"\x69\x85"


def test_keys_with_one_id_in_different_files_do_not_replace_each_other() -> None:
    """Id 22 is DPK and STKDF03: writing the second removed the first, so that the terminal could not pay any more."""
    sam, other = module(), module()
    for one in (sam, other):
        assert change_key(one, bytes((2, 1)) + b"\x55" * 16, number=0x22) == b"\x90\x00"
    assert change_key(sam, bytes((6, 1)) + b"\x66" * 16, number=0x22) == b"\x90\x00"
    assert purchase(sam) == purchase(other)
    assert purchase(sam)[-2:] == b"\x90\x00"

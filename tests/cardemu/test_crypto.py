"""Ciphers and the sector's formulas, against published vectors and by construction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.crypto import ALGORITHMS, DES, SM4_128, Algorithm, AlgorithmError, algorithm, card_key, factors, xor

DES_KEY = bytes.fromhex("0123456789ABCDEF")
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
SUITES = pytest.mark.parametrize("suite", [DES, SM4_128], ids=["3DES", "SM4"])


def test_single_des_is_des() -> None:
    """The vector of FIPS 113: E(0123456789ABCDEF, 'Now is t') is 3FA40E8A984D4815."""
    assert DES.encrypt_blocks(DES_KEY, b"Now is t").hex().upper() == "3FA40E8A984D4815"


def test_cbc_mac_is_that_of_fips_113() -> None:
    """FIPS 113, appendix 2: the MAC of '7654321 Now is the time for ' with zero padding is F1D30F68."""
    message = b"7654321 Now is the time for ".ljust(32, b"\x00")
    assert DES.fold(DES.last_block(DES_KEY, message)).hex().upper() == "F1D30F68"


def test_sm4_is_that_of_the_standard() -> None:
    """GB/T 32907-2016, example 1."""
    assert SM4_128.encrypt_blocks(KEY, KEY).hex().upper() == "681EDF34D206965E86B3E94F536E4246"


def test_diversification_encrypts_the_factor_and_its_inverse() -> None:
    """Left half from the factor, right half from its complement; a single-length key gives a single-length key."""
    factor = bytes.fromhex("3939303330317378")
    inverse = bytes.fromhex("C6C6CFCCCFCE8C87")
    assert DES.diversify(KEY, factor) == DES.encrypt_blocks(KEY, factor) + DES.encrypt_blocks(KEY, inverse)
    assert SM4_128.diversify(KEY, factor) == SM4_128.encrypt_blocks(KEY, factor + inverse)
    assert DES.diversify(DES_KEY, factor) == DES.encrypt_blocks(DES_KEY, factor)


def test_factors_are_those_of_the_specification() -> None:
    """Province: two ASCII digits and 0000sh; city: six and sx; card: the last 8 historical bytes."""
    historical = bytes.fromhex("00814A4446866099030000002A")
    assert [level.hex().upper() for level in factors("990301", historical)] == [
        "3939303030307368",
        "3939303330317378",
        "866099030000002A",
    ]


def test_a_short_challenge_is_padded_right() -> None:
    """A 4-byte challenge counts as that and zeros; a 16-byte one fills an SM4 block."""
    assert DES.session_key(KEY, b"\x01\x02\x03\x04") == DES.encrypt_blocks(KEY, b"\x01\x02\x03\x04" + bytes(4))
    assert SM4_128.session_key(KEY, bytes(range(16))) == SM4_128.encrypt_blocks(KEY, bytes(range(16)))


def test_authentication_data_fold_a_long_block() -> None:
    """With SM4 the 8 bytes are the left half XOR the right half of the encrypted source."""
    source = bytes.fromhex("A1A2A3A4A5A6A7A8")
    block = SM4_128.encrypt_blocks(KEY, source + bytes(8))
    assert SM4_128.auth_data(KEY, source) == xor(block[:8], block[8:])
    assert DES.auth_data(DES_KEY, source) == DES.encrypt_blocks(DES_KEY, source)


def test_the_published_pin_block() -> None:
    """PIN 123456 is framed 03 12 34 56 80 00 00 00 before encryption."""
    assert DES.decrypt_blocks(DES_KEY, DES.encrypt(DES_KEY, b"\x12\x34\x56")).hex() == "0312345680000000"


def test_a_whole_block_is_not_padded() -> None:
    """Length byte and seven data bytes fill a DES block: nothing is added."""
    assert len(DES.encrypt(DES_KEY, bytes(7))) == 8
    assert len(DES.encrypt(DES_KEY, bytes(8))) == 16


def test_a_mac_always_gets_padding() -> None:
    """80 follows even a whole block."""
    assert DES.pad(bytes(8)) == bytes(8) + b"\x80" + bytes(7)
    assert SM4_128.pad(b"") == b"\x80" + bytes(15)


def test_a_tac_uses_both_halves_of_the_key() -> None:
    """TAC: MAC under left XOR right with DES, under the key itself with SM4."""
    message = b"transaction"
    assert DES.tac(KEY, message) == DES.mac(xor(KEY[:8], KEY[8:]), message)
    assert SM4_128.tac(KEY, message) == SM4_128.mac(KEY, message)


@SUITES
@given(plain=st.binary(max_size=200), key=st.binary(min_size=16, max_size=16))
def test_decryption_undoes_encryption(suite: object, plain: bytes, key: bytes) -> None:
    """Whatever was encrypted comes back."""
    chosen = DES if suite is DES else SM4_128
    assert chosen.decrypt(key, chosen.encrypt(key, plain)) == plain


@SUITES
@given(data=st.binary(max_size=64))
def test_decryption_of_anything_never_raises(suite: object, data: bytes) -> None:
    """Garbage gives data or None, never an exception."""
    chosen = DES if suite is DES else SM4_128
    result = chosen.decrypt(KEY, data)
    assert result is None or chosen.encrypt(KEY, result) == data


def test_a_chained_mac_equals_the_whole() -> None:
    """The last block of one part is the initial value of the next."""
    message = bytes(range(64))
    first = SM4_128.last_block(KEY, message[:32])
    assert SM4_128.last_block(KEY, message[32:], first) == SM4_128.last_block(KEY, message)


def test_card_keys_go_down_level_by_level() -> None:
    """Root, province, city, card."""
    levels = factors("990301", bytes.fromhex("00814A4446866099030000002A"))
    province = SM4_128.diversify(KEY, levels[0])
    city = SM4_128.diversify(province, levels[1])
    assert card_key("SM4", KEY, levels) == SM4_128.diversify(city, levels[2])
    assert card_key("SM4", KEY, ()) == KEY


def test_ssf33_is_refused_with_its_reason() -> None:
    """SSF33 was never published; the message says so and names what can be had."""
    with pytest.raises(AlgorithmError, match=r"SSF33 is a cipher that was never published.*allowed: 3DES, SM4"):
        algorithm("SSF33")
    with pytest.raises(AlgorithmError, match="unknown algorithm 'AES'; allowed: 3DES, SM4"):
        algorithm("AES")
    assert {name: algorithm(name).code for name in ALGORITHMS} == {"3DES": 1, "SM4": 3}


def test_wrong_sizes_are_refused() -> None:
    """Factors have 8 bytes, regions six digits, historical bytes are 13."""
    with pytest.raises(ValueError, match="8 bytes, not 7"):
        DES.diversify(KEY, bytes(7))
    with pytest.raises(ValueError, match="region '9903'"):
        factors("9903", bytes(13))


@pytest.mark.parametrize("cipher", [DES, SM4_128], ids=lambda cipher: cipher.name)
@pytest.mark.parametrize(
    ("framed", "data"),
    [
        ("03 123456 80", "123456"),
        ("03 123456 80 00 00 01", None),  # padding goes on with zeros
        ("03 123456 81", None),  # and begins with 80
        ("03 123456 00 80", None),
        ("03 123456 80 +", None),  # a whole block of padding too many
        ("FF 123456 80", None),  # longer than there is
        ("-", "full block"),
    ],
)
def test_only_the_padding_that_encryption_makes_is_taken(cipher: Algorithm, framed: str, data: str | None) -> None:
    """Length byte, data, then nothing or 80 00 .. to the end of that block; anything else is a wrong key."""
    key = bytes(range(16))[: 16 if cipher.block == 16 else 8]
    if framed == "-":
        whole = bytes(range(cipher.block - 1))
        assert cipher.decrypt(key, cipher.encrypt_blocks(key, bytes((len(whole),)) + whole)) == whole
        return
    plain = bytes.fromhex(framed.rstrip("+"))
    plain = plain.ljust(cipher.block, b"\x00") + bytes(cipher.block if framed.endswith("+") else 0)
    found = cipher.decrypt(key, cipher.encrypt_blocks(key, plain))
    assert found == (None if data is None else bytes.fromhex(data))


@pytest.mark.parametrize("cipher", [DES, SM4_128], ids=lambda cipher: cipher.name)
def test_a_block_of_padding_behind_whole_blocks_is_not_taken(cipher: Algorithm) -> None:
    """Length byte and data fill their blocks, so encryption adds nothing: 80 00 .. 00 behind them is a wrong key."""
    key = bytes(range(16))
    framed = bytes((cipher.block - 1,)) + bytes(range(cipher.block - 1))
    padded = framed + b"\x80" + bytes(cipher.block - 1)
    assert cipher.decrypt(key, cipher.encrypt_blocks(key, framed)) == framed[1:]
    assert cipher.decrypt(key, cipher.encrypt_blocks(key, padded)) is None

"""What the card and the PSAM compute: diversification, session keys, authentication data, MAC, encryption, TAC.

Two rows of one table: 3DES with 8-byte blocks (C2: SPEC-4 and SPEC-9 with two drivers) and SM4 with 16-byte blocks.
assumed: SM4 uses the formulas the specification gives for SSF33, the other 16-byte cipher; the generation-3 text is
not public.  SSF33 itself is not public either, so it cannot be emulated (`algorithm` says so).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

KEY_BYTES = 16
MAC_BYTES = 4


class AlgorithmError(ValueError):
    """An algorithm that cannot be emulated, or is unknown; the message lists what can."""


def _des_key(key: bytes) -> TripleDES:
    """A single- or double-length DES key as the three-key form that means the same."""
    return TripleDES(key * 3 if len(key) == 8 else key + key[:8])


@lru_cache(maxsize=4096)
def _des_ecb(key: bytes) -> Cipher[modes.ECB]:
    return Cipher(_des_key(key), modes.ECB())


@lru_cache(maxsize=4096)
def _sm4_ecb(key: bytes) -> Cipher[modes.ECB]:
    return Cipher(SM4(key), modes.ECB())


def _des_encrypt(key: bytes, blocks: bytes) -> bytes:
    return _des_ecb(key).encryptor().update(blocks)


def _des_decrypt(key: bytes, blocks: bytes) -> bytes:
    return _des_ecb(key).decryptor().update(blocks)


def _des_cbc_last(key: bytes, blocks: bytes) -> bytes:
    return Cipher(_des_key(key), modes.CBC(bytes(8))).encryptor().update(blocks)[-8:]


def _sm4_encrypt(key: bytes, blocks: bytes) -> bytes:
    return _sm4_ecb(key).encryptor().update(blocks)


def _sm4_decrypt(key: bytes, blocks: bytes) -> bytes:
    return _sm4_ecb(key).decryptor().update(blocks)


def _sm4_cbc_last(key: bytes, blocks: bytes) -> bytes:
    return Cipher(SM4(key), modes.CBC(bytes(16))).encryptor().update(blocks)[-16:]


def xor(left: bytes, right: bytes) -> bytes:
    """Bytewise exclusive or of two strings of one length."""
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One cipher and the rules that differ with its block length.  `code` is the byte in 9F0C 86 01 xx (C2)."""

    name: str
    code: int
    block: int
    encrypt_blocks: Callable[[bytes, bytes], bytes]
    decrypt_blocks: Callable[[bytes, bytes], bytes]
    cbc_last: Callable[[bytes, bytes], bytes]

    def diversify(self, key: bytes, factor: bytes) -> bytes:
        """A key one level down: E(K, f) and E(K, not f), for an 8-byte factor; a single-length key stays single."""
        if len(factor) != 8:
            message = f"a diversification factor has 8 bytes, not {len(factor)}"
            raise ValueError(message)
        if len(key) == 8:
            return self.encrypt_blocks(key, factor)
        inverse = bytes(~byte & 0xFF for byte in factor)
        return self.encrypt_blocks(key, factor + inverse)

    def session_key(self, key: bytes, challenge: bytes) -> bytes:
        """The process key: E(K, challenge padded right with zeros to one block); 8 bytes with DES, then single DES.

        A 16-byte challenge with an 8-byte block: the first 8 bytes count (assumed).
        """
        return self.encrypt_blocks(key, challenge[: self.block].ljust(self.block, b"\x00"))

    def auth_data(self, session: bytes, source: bytes) -> bytes:
        """The 8 bytes that prove possession of the key: E(session, source), folded to 8 with a 16-byte block."""
        block = self.encrypt_blocks(session, source[:8].ljust(self.block, b"\x00"))
        return block if self.block == 8 else xor(block[:8], block[8:])

    def mac(self, session: bytes, message: bytes) -> bytes:
        """The 4-byte MAC of a message: padded, CBC from zero, folded."""
        return self.fold(self.last_block(session, self.pad(message)))

    def last_block(self, session: bytes, blocks: bytes, initial: bytes = b"") -> bytes:
        """The last block of CBC over whole blocks, from an initial value (zero when empty)."""
        if initial:
            blocks = xor(blocks[: self.block], initial) + blocks[self.block :]
        return self.cbc_last(session, blocks)

    def fold(self, block: bytes) -> bytes:
        """A block to a 4-byte MAC: leftmost 4 bytes (DES), or its four words folded together (16-byte block)."""
        if self.block == 8:
            return block[:4]
        return xor(xor(block[:4], block[4:8]), xor(block[8:12], block[12:]))

    def pad(self, message: bytes) -> bytes:
        """Padding of a MAC: always 80, then 00 to a whole block."""
        return message + b"\x80" + bytes(-(len(message) + 1) % self.block)

    def encrypt(self, session: bytes, plain: bytes) -> bytes:
        """Secure-messaging encryption: length byte, data, then 80 00.. only when not a whole block; ECB."""
        framed = bytes((len(plain),)) + plain
        if len(framed) % self.block:
            framed = self.pad(framed)
        return self.encrypt_blocks(session, framed)

    def decrypt(self, session: bytes, cryptogram: bytes) -> bytes | None:
        """The data of `encrypt`, or None when what comes out has no such form (wrong key or garbage)."""
        if not cryptogram or len(cryptogram) % self.block:
            return None
        framed = self.decrypt_blocks(session, cryptogram)
        size = framed[0]
        rest = framed[1 + size :]
        if 1 + size > len(framed) or len(rest) >= self.block:
            return None
        if rest and (rest[0] != 0x80 or any(rest[1:])):
            return None
        return framed[1 : 1 + size]

    def tac(self, key: bytes, message: bytes) -> bytes:
        """The transaction certificate: a MAC under DTK left XOR right (DES), under DTK itself (16-byte block)."""
        return self.mac(xor(key[:8], key[8:]) if self.block == 8 else key, message)


DES = Algorithm("3DES", 0x01, 8, _des_encrypt, _des_decrypt, _des_cbc_last)
SM4_128 = Algorithm("SM4", 0x03, 16, _sm4_encrypt, _sm4_decrypt, _sm4_cbc_last)
ALGORITHMS: dict[str, Algorithm] = {"3DES": DES, "SM4": SM4_128}


def algorithm(name: str) -> Algorithm:
    """The algorithm of this name, or a message why not."""
    if name in ALGORITHMS:
        return ALGORITHMS[name]
    if name == "SSF33":
        message = "SSF33 is a cipher that was never published, so no emulator can compute it; allowed: 3DES, SM4"
        raise AlgorithmError(message)
    message = f"unknown algorithm {name!r}; allowed: {', '.join(sorted(ALGORITHMS))}"
    raise AlgorithmError(message)


def factors(region: str, historical: bytes) -> tuple[bytes, bytes, bytes]:
    """The three diversification factors province, city, card (C2: SPEC-9 7.3 with four drivers).

    Two ASCII digits and 0000sh, six ASCII digits and sx, and the last 8 historical bytes of the ATR (T6 to TD).
    """
    if len(region) != 6 or not region.isdecimal() or len(historical) != 13:
        message = f"region {region!r} must be six digits and the historical bytes 13, not {len(historical)}"
        raise ValueError(message)
    return region[:2].encode() + b"0000sh", region.encode() + b"sx", historical[5:]


@lru_cache(maxsize=8192)
def card_key(name: str, root: bytes, levels: tuple[bytes, ...]) -> bytes:
    """Root key diversified level by level: root, province, city, card.  Cached: a fleet asks again and again."""
    key = root
    for factor in levels:
        key = ALGORITHMS[name].diversify(key, factor)
    return key

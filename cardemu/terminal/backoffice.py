"""The back office of the stepwise interface: it takes a step's string to the HSM and brings the answer back."""

from __future__ import annotations

from cardemu.crypto import ALGORITHMS
from cardemu.terminal.hsm_steps import joined
from cardemu.terminal.keyholder import Debit, Holder, Hsm
from cardemu.terminal.link import ROWS

_CIPHERS = {f"{cipher.code:02X}": cipher for cipher in ALGORITHMS.values()}


class BackOffice:
    """Answers for one card at a time; region and reset bytes come from what iReadCardBas gave."""

    def __init__(self, hsm: Hsm, region: str, reset: str) -> None:
        self._hsm = hsm
        self._region = region
        self._historical = bytes.fromhex(reset)

    def _card(self, algorithm: str) -> Holder:
        return Holder(_CIPHERS[algorithm], self._region, self._historical)

    def _prove(self, algorithm: str, key: str, process: str, source: str) -> bytes:
        factor = bytes.fromhex(source)
        return self._hsm.authentication(self._card(algorithm), ROWS[key], bytes.fromhex(process), factor) + factor

    def basic(self, step: str) -> str:
        """For iReadCardBas_HSM_Step2."""
        _, _, algorithm, _, inner, inner_source, outer, outer_source, *_ = step.split("|")
        internal = self._prove(algorithm, "IRK", inner, inner_source)
        return joined(internal, self._prove(algorithm, "RKSSSE", outer, outer_source))

    def single(self, step: str) -> str:
        """For the second steps of reading, writing, reloading and unblocking."""
        algorithm, key, process, source, _ = step.split("|")
        return joined(self._prove(algorithm, key, process, source))

    def secure(self, step: str) -> str:
        """For the last steps of reloading and unblocking: the whole command."""
        algorithm, key, process, head, *rest = step.split("|")
        card, row, challenge, header = self._card(algorithm), ROWS[key], bytes.fromhex(process), bytes.fromhex(head)
        body = self._hsm.encrypted(card, row, challenge, bytes.fromhex(rest[0])) if rest[0] else b""
        return joined(header + body + self._hsm.mac(card, row, challenge, header + body))

    def debit(self, step: str) -> str:
        """For iDoDebit_HSM_Step2."""
        algorithm, _, random, sequence, own, pooled, _, time, account, _ = step.split("|")
        moment = bytes.fromhex(time)
        begun = self._hsm.begin_purchase(
            self._card(algorithm),
            Debit(bytes.fromhex(random + sequence), bytes.fromhex(account + own + pooled), moment),
        )
        return joined(begun.counter, moment, begun.mac1)

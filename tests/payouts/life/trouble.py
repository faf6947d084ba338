"""What goes wrong: the power is cut before or after a commit, a statement of its own, or a request to Stripe; the wire is bad."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from django.db import connection, transaction

from payouts.ledger import accounts
from payouts.sandbox import deliveries
from payouts.stripe.client import SandboxTransport
from tests.payouts.stripe.faults import FAULTS

WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")


class PowerCut(BaseException):
    """The process is gone: nothing catches this, nothing is tidied up."""


class Trouble:
    """`is_ours` while our own code runs, for Stripe has no power cuts here."""

    def __init__(self) -> None:
        self.is_ours = False
        self.calm()
        self.cuts = self.faults = self.writes = 0

    def calm(self) -> None:
        self.expect([], [])

    def expect(self, cuts: list[int], faults: list[tuple[str, int]]) -> None:
        """After how many moments the power is cut, each time; and after how many requests which one goes wrong."""
        self.cuts_to_come, self.faults_to_come = cuts[::-1], faults[::-1]

    @contextmanager
    def here(self, is_ours: bool) -> Iterator[None]:
        before, self.is_ours = self.is_ours, is_ours
        try:
            yield
        finally:
            self.is_ours = before

    def moment(self) -> None:
        """Between two steps."""
        if not (self.is_ours and self.cuts_to_come):
            return
        self.cuts_to_come[-1] -= 1
        if self.cuts_to_come[-1] < 0:
            self.cuts_to_come.pop()
            self.cuts += 1
            raise PowerCut

    def restart(self) -> None:
        """What a process knows is gone with it."""
        accounts.forget()

    # --- Where it happens -------------------------------------------------------------------------------------

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        begin, commit = transaction.Atomic.__enter__, transaction.Atomic.__exit__
        ask, post = SandboxTransport.request, deliveries.post
        with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(self._statement):
            patch.setattr(transaction.Atomic, "__enter__", lambda block: self._begin(begin, block))
            patch.setattr(transaction.Atomic, "__exit__", lambda *about: self._commit(commit, *about))
            patch.setattr(SandboxTransport, "request", lambda *said, **how: self._ask(ask, *said, **how))
            patch.setattr(deliveries, "post", lambda *sent: self._post(post, *sent))
            yield

    def _begin(self, plain: Any, block: Any) -> None:
        """The first is a transaction: it takes back its own work alone, which without a savepoint would be the whole life's."""
        if all(each._from_testcase for each in connection.atomic_blocks):
            block.savepoint = True
        plain(block)

    def _commit(self, plain: Any, block: Any, exc_type: Any, exc: Any, trace: Any) -> None:
        ours = [each for each in connection.atomic_blocks if not each._from_testcase]
        if exc_type or len(ours) != 1:
            plain(block, exc_type, exc, trace)
            return
        try:
            self.moment()
        except PowerCut as cut:
            plain(block, PowerCut, cut, cut.__traceback__)
            raise
        plain(block, None, None, None)
        self.moment()

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """One outside any transaction is a commit of its own."""
        if not sql.lstrip().startswith(WRITES):
            return execute(sql, params, many, context)
        is_alone = all(each._from_testcase for each in connection.atomic_blocks)
        if is_alone:
            self.moment()
        answer = execute(sql, params, many, context)
        self.writes += sql.startswith("INSERT") or context["cursor"].rowcount != 0
        if is_alone:
            self.moment()
        return answer

    def _ask(self, plain: Any, *said: Any, **how: Any) -> Any:
        def send() -> Any:
            writes = self.writes
            with self.here(False):
                answer = plain(*said, **how)
            self.writes = writes  # what Stripe writes is none of ours
            return answer

        self.moment()
        answer = self._broken(send) if self.is_ours and self.faults_to_come else send()
        self.moment()
        return answer

    def _broken(self, send: Any) -> Any:
        fault, after = self.faults_to_come.pop()
        if after:
            self.faults_to_come.append((fault, after - 1))
            return send()
        self.faults += 1
        return FAULTS[fault](send)

    def _post(self, plain: Any, *sent: Any) -> int:
        """Stripe calls us; should we die meanwhile, it hears nothing, and calls again later."""
        try:
            with self.here(True):
                return plain(*sent)
        except PowerCut:
            self.restart()
            raise requests.ConnectionError("cut") from None

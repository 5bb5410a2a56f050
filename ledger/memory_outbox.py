"""The outbox in memory: the same port as in `ledger.archive`, for tests and as its readable specification."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from threading import RLock
from typing import Protocol

from ledger.batch import Batch
from ledger.facts import Address, Reason, Written
from ledger.hashing import keccak
from ledger.outbox import (
    Alarm,
    AlarmName,
    Backlog,
    Dispatch,
    DispatchKind,
    DispatchState,
    NonceKept,
    Signature,
    Tenure,
    kind_of,
    words_of,
)
from ledger.ports import Filing
from ledger.refusals import ContractRefusal
from ledger.stated import restated, stated
from ledger.writes import Said

_OPEN = {DispatchState.WAITING, DispatchState.SIGNED}


class Carried(Protocol):
    """The certificates that writes carry, as far as the outbox changes them."""

    def hold(self, dispatch: int) -> None:
        """Let what a write carries hold its references again, or raise `ReferenceAlreadyFiled`."""

    def release(self, dispatch: int) -> None:
        """Free the references of what a write carries."""

    def regroup(self, dispatches: Sequence[Dispatch], anchor: int, batch: Batch) -> None:
        """Let an anchor carry what other writes have carried."""

    def find(self, certificate: bytes) -> Filing | None:
        """Return a filing by its certificate's id."""


class _Held:
    """A tenure in this process, which nobody can take away."""

    def alive(self) -> bool:
        """Return True."""
        return True


class MemoryOutbox:
    """Writes in a dictionary, in the order they were queued; safe to share between threads."""

    def __init__(self, carried: Carried, lock: RLock) -> None:
        """Start empty; the lock is that of the archive, which changes with the outbox."""
        self._carried, self._lock = carried, lock
        self._writes: dict[int, Dispatch] = {}
        self._nonces: dict[tuple[Address, int], int] = {}
        self._signatures: dict[int, list[Signature]] = {}
        self._payloads: dict[int, bytes] = {}
        self._alarms: dict[tuple[AlarmName, str], Alarm] = {}
        self._tenures: set[Address] = set()
        self._numbers = itertools.count(1)

    def queue(
        self, account: Address, kind: DispatchKind, subject: bytes, size: int, *, now: datetime
    ) -> Dispatch:
        """Put a write at the end."""
        with self._lock:
            position = next(self._numbers)
            waiting = DispatchState.WAITING
            return self._set(
                Dispatch(position, account, kind, subject, size, None, None, waiting, queued_at=now)
            )

    def put(
        self,
        kind: DispatchKind,
        certificate: bytes,
        account: Address,
        reason: Reason | None,
        *,
        now: datetime,
    ) -> Dispatch:
        """Queue the entering or the cancelling of a certificate, or return the same write if it is open.

        The same write is one of that kind, certificate and reason, of whichever key.
        """
        wanted = (kind, certificate, reason)
        with self._lock:
            for write in self._writes.values():
                if (write.kind, write.subject, write.reason) == wanted and write.state in _OPEN:
                    return write
            return self._set(replace(self.queue(account, kind, certificate, 0, now=now), reason=reason))

    def put_write(self, write: Said, account: Address, *, now: datetime) -> Dispatch:
        """Queue a write about operators or recognition, or return the one open that says the same."""
        payload = stated(write)
        with self._lock:
            dispatch = self.put(kind_of(write), keccak(words_of(write, account)), account, None, now=now)
            self._payloads[dispatch.position] = payload
            return dispatch

    def said(self, dispatch: int) -> Said | None:
        """Return what a write about operators or recognition says; None for a write of another kind."""
        payload = self._payloads.get(dispatch)
        return restated(payload) if payload is not None else None

    def find(self, position: int) -> Dispatch | None:
        """Return a write by its position."""
        return self._writes.get(position)

    def carrying(self, certificate: bytes) -> Dispatch | None:
        """Return the write that carries a filed certificate."""
        with self._lock:
            filing = self._carried.find(certificate)
            return self._writes.get(filing.dispatch) if filing else None

    def open(self, account: Address, limit: int) -> Sequence[Dispatch]:
        """Return the writes of a key that are signed or waiting, oldest first."""
        own = [write for write in self._open() if write.account == account]
        return tuple(own[:limit])

    def accounts(self) -> Sequence[Address]:
        """Return the keys that have writes signed or waiting."""
        return tuple(sorted({write.account for write in self._open()}))

    def group(self, dispatches: Sequence[Dispatch], batch: Batch, valid_until: date) -> Dispatch:
        """Let one anchor take the place of several waiting `ISSUE` writes, at the place of the first.

        Raises `ValueError`, and changes nothing, unless all are such writes of one key, still without a
        nonce, and carry the certificates of the batch.
        """
        if {dispatch.subject for dispatch in dispatches} != batch.tree.positions.keys():
            raise ValueError("the writes are not those of the batch")
        waits = (DispatchKind.ISSUE, DispatchState.WAITING, None, dispatches[0].account)
        with self._lock:
            found = [self._writes.get(dispatch.position) for dispatch in dispatches]
            if any(not w or (w.kind, w.state, w.nonce, w.account) != waits for w in found):
                message = "only writes of one key that issue, and wait without a nonce, go into a batch"
                raise ValueError(message)
            first = min(dispatch.position for dispatch in dispatches)
            self._carried.regroup(dispatches, first, batch)
            for dispatch in dispatches:
                if dispatch.position != first:
                    del self._writes[dispatch.position]
            return self._set(
                replace(
                    self._writes[first],
                    kind=DispatchKind.ANCHOR,
                    subject=batch.tree.root,
                    size=len(dispatches),
                    valid_until=valid_until,
                )
            )

    def anchor(self, account: Address, batch: Batch, valid_until: date, *, now: datetime) -> Dispatch:
        """Put the anchor of a batch at the end."""
        with self._lock:
            kind, size = DispatchKind.ANCHOR, len(batch.tree.positions)
            write = self.queue(account, kind, batch.tree.root, size, now=now)
            return self._set(replace(write, valid_until=valid_until))

    def keep(self, dispatch: Dispatch, signature: Signature, *, now: datetime) -> Dispatch:
        """Store signed bytes before they are sent; the write is SIGNED from here on.

        Raises `NonceKept` when another write of the key has the nonce; also when this one is settled, is
        another key's by now or has another nonce, all of which only a second submitter can have done.
        """
        place = (dispatch.account, signature.nonce)
        with self._lock:
            write = self._writes.get(dispatch.position)
            ours = write is not None and write.account == dispatch.account and write.state in _OPEN
            free = self._nonces.get(place, dispatch.position) == dispatch.position
            if write is None or not ours or not free or write.nonce not in {None, signature.nonce}:
                raise NonceKept(*place)
            self._nonces[place] = write.position
            kept = self._signatures.setdefault(write.position, [])
            if signature not in kept:
                kept.append(signature)
            return self._set(replace(write, nonce=signature.nonce, state=DispatchState.SIGNED, signed_at=now))

    def signatures(self, dispatch: int) -> Sequence[Signature]:
        """Return the signatures of a write, oldest first; after a requeueing the new ones only."""
        with self._lock:
            return tuple(self._signatures.get(dispatch, ()))

    def last_nonce(self, account: Address) -> int | None:
        """Return the highest nonce that a write of this key has, None when there is none."""
        with self._lock:
            return max((nonce for owner, nonce in self._nonces if owner == account), default=None)

    def settle(self, dispatch: Dispatch, written: Written) -> Dispatch:
        """Mark a write, and what it carries, as held by the chain; repeating it changes nothing.

        One that was refused is settled too when its references are still free; otherwise raises
        `ReferenceAlreadyFiled` and leaves it refused.
        """
        with self._lock:
            write = self._at(dispatch.position)
            if write.state is DispatchState.RECORDED:
                return write
            if write.state is DispatchState.REFUSED:
                self._carried.hold(write.position)
            return self._set(replace(write, state=DispatchState.RECORDED, written=written, refusal=None))

    def refuse(self, dispatch: Dispatch, refusal: ContractRefusal) -> Dispatch:
        """Mark a write as refused by the chain, which frees the references of what it carries.

        One that is recorded stays recorded, and one that was refused keeps its first refusal.
        """
        with self._lock:
            write = self._at(dispatch.position)
            if write.state not in _OPEN:
                return write
            self._carried.release(write.position)
            return self._set(replace(write, state=DispatchState.REFUSED, refusal=refusal))

    def requeue(self, dispatch: Dispatch, account: Address) -> Dispatch:
        """Let an open write whose signatures can never be mined wait again, for this or another key.

        Its old nonce and signatures go to a `FOREIGN` write.  One that is settled stays as it is.
        """
        with self._lock:
            write = self._at(dispatch.position)
            if write.state not in _OPEN:
                return write
            attempts = write.attempts
            if write.nonce is not None and write.signed_at is not None:
                foreign = self._foreign(write.account, write.nonce, write.signed_at)
                self._signatures[foreign] = self._signatures.pop(write.position)
                attempts += 1
            waiting = replace(write, state=DispatchState.WAITING, nonce=None, signed_at=None)
            return self._set(replace(waiting, account=account, attempts=attempts))

    def note_foreign(self, account: Address, nonces: Sequence[int], *, now: datetime) -> None:
        """Keep nonces that the key has used elsewhere; those that a write has already are left alone."""
        with self._lock:
            for nonce in nonces:
                if (account, nonce) not in self._nonces:
                    self._foreign(account, nonce, now)

    def backlog(self) -> Backlog:
        """Return how many certificates wait, and since when."""
        waiting = self._open()
        oldest = min((write.queued_at for write in waiting), default=None)
        return Backlog(sum(write.size for write in waiting), len(waiting), oldest)

    @contextmanager
    def tenure(self, account: Address) -> Iterator[Tenure | None]:
        """Become the one submitter of a key in this process; None while another one is."""
        with self._lock:
            free = account not in self._tenures
            self._tenures.add(account)
        try:
            yield _Held() if free else None
        finally:
            if free:
                self._tenures.discard(account)

    def raise_alarm(self, name: AlarmName, subject: str, detail: str, *, now: datetime) -> None:
        """Keep an alarm until it is cleared; repeating it changes its detail only."""
        with self._lock:
            standing = self._alarms.get((name, subject))
            raised_at = standing.raised_at if standing else now
            self._alarms[name, subject] = Alarm(name, subject, detail, raised_at)

    def clear_alarm(self, name: AlarmName, subject: str) -> None:
        """Take an alarm back; nothing happens when there is none."""
        with self._lock:
            self._alarms.pop((name, subject), None)

    def alarms(self) -> Sequence[Alarm]:
        """Return the alarms in force, oldest first."""
        with self._lock:
            found = list(self._alarms.values())
        return tuple(sorted(found, key=lambda alarm: (alarm.raised_at, alarm.name, alarm.subject)))

    def _open(self) -> list[Dispatch]:
        with self._lock:
            found = [write for write in self._writes.values() if write.state in _OPEN]
        return sorted(found, key=lambda write: write.position)

    def _at(self, position: int) -> Dispatch:
        """Return a write; raises `LookupError` when it is not there, as one that went into a batch."""
        if position not in self._writes:
            message = f"the outbox has no write {position}"
            raise LookupError(message)
        return self._writes[position]

    def _foreign(self, account: Address, nonce: int, at: datetime) -> int:
        """Keep a nonce that none of our writes has; returns the position of the write that keeps it."""
        write = self.queue(account, DispatchKind.FOREIGN, bytes(32), 0, now=at)
        self._nonces[account, nonce] = write.position
        self._set(replace(write, nonce=nonce, state=DispatchState.RECORDED))
        return write.position

    def _set(self, write: Dispatch) -> Dispatch:
        self._writes[write.position] = write
        return write

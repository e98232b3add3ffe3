"""Accepting a push: git's receive-pack over stateless HTTP, strict where the stock server is trusting.

The order: read the commands → spool, scan and take in the pack in quarantine → check every ref →
let the house review the published branch → lock the refs → move the objects → move the refs → report.
Nothing is kept before the last steps, and `ok` is said only of a ref that has durably moved.

The protocol: https://git-scm.com/docs/pack-protocol#_pushing_data_to_a_server
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dulwich.objects import ObjectID, valid_hexsha
from dulwich.refs import Ref

from canopy.errors import CanopyError, LimitExceeded, PushRejected
from canopy.git.commands import Command, Request, read_request
from canopy.git.connectivity import Connectivity
from canopy.git.intake import narrow, take_in
from canopy.git.objects import MissingObject
from canopy.git.push import BRANCHES, Proposal, PushOutcome
from canopy.git.quarantine import quarantine, sole_pusher, sweep
from canopy.git.reflocks import FETCH_FIRST, RefTransaction, current_value, objection_to_name
from canopy.git.selection import Selection
from canopy.git.wants import Want
from canopy.git.wire import Answer, Mark, WireError, printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from dulwich.object_store import DiskObjectStore
    from dulwich.refs import DiskRefsContainer

    from canopy.git.packs import PackSummary
    from canopy.git.push import PushPolicy, Verdict
    from canopy.git.quarantine import Quarantine
    from canopy.git.repository import Repository

CAPABILITIES = b"report-status report-status-v2 delete-refs side-band-64k quiet atomic ofs-delta push-options"
_CHUNK = 1 << 16
_ATOMIC = "atomic push failed"
_SHALLOW = "your clone is shallow and lacks what the push builds on: run `git fetch --unshallow` first"


@dataclass(slots=True)
class Reception:
    """One push. Everything it needs is given; `run` does it and never raises for what a pusher sent."""

    repository: Repository
    refs: DiskRefsContainer
    store: DiskObjectStore
    policy: PushPolicy
    review: Callable[[Proposal], Verdict]
    cancelled: Callable[[], bool]
    answer: Answer

    def run(self, body: BinaryIO) -> PushOutcome:
        """Read the push, carry it out or not, and report."""
        request = Request()
        try:
            read_request(
                body, request, most_refs=self.policy.refs, object_format=self.store.object_format.name
            )
        except WireError as exc:
            self.answer.banded = b"side-band-64k" in request.capabilities
            self.answer.fail(str(exc))
            return PushOutcome(error=str(exc))
        if not request.commands:  # git asks with an empty push whether it may push at all
            return PushOutcome()
        self.answer.banded = b"side-band-64k" in request.capabilities
        self.answer.quiet = b"quiet" in request.capabilities
        summary, error = None, ""
        try:
            with quarantine(self.repository.path, self.store) as place:
                summary = self._carry_out(request, body, place)
        except CanopyError as exc:
            error = str(exc)
        except OSError as exc:  # the disk: full, read-only, gone
            error = f"the server cannot write: {exc.strerror or type(exc).__name__}"
        if error:
            for command in request.commands:
                command.reason = command.reason or error
        else:
            self._hint(request)
        self._report(request, error)
        return PushOutcome(
            tuple(command.value() for command in request.commands),
            error,
            summary.pack_bytes if summary else 0,
            summary.objects if summary else 0,
        )

    def _carry_out(self, request: Request, body: BinaryIO, place: Quarantine) -> PackSummary | None:
        pack = place.packs / "incoming"
        with pack.open("w+b") as file:
            if any(command.new for command in request.commands):
                self._spool(body, file)
            path, patience = self.repository.path, self.repository.limits.fetch_seconds
            # Silence until here: the client may still have been sending.
            with self.answer.heartbeat(), sole_pusher(path, patience, self.cancelled):
                sweep(path)
                summary = None
                if file.tell():
                    summary = take_in(place, file, self.repository.limits, self.cancelled)
                pack.unlink(missing_ok=True)
                view = self._decide(request, place)
                self._move(request, place)
                self._learn(request, view)
        return summary

    def _spool(self, body: BinaryIO, file: BinaryIO) -> None:
        left = self.repository.limits.pack_bytes
        while piece := body.read(_CHUNK):
            left -= len(piece)
            if left < 0:
                raise LimitExceeded(f"the push has more than {self.repository.limits.pack_bytes:,} bytes")
            if self.cancelled():
                raise LimitExceeded("the push was broken off")
            file.write(piece)
        file.flush()

    def _decide(self, request: Request, place: Quarantine) -> Repository:
        """Give each command that must not be its reason; return the view in which all was looked at."""
        # The view forgets with the quarantine what it learnt of objects that may be thrown away.
        view = self.repository.view(place.path)
        view.verified.sound.update(place.sound)
        connectivity = Connectivity(
            place.store, place.base, self._tips(), view.limits, view.verified, self.cancelled, view.trees
        )
        for command in request.commands:
            try:
                self._judge(command, connectivity)
            except PushRejected as exc:
                lacking = isinstance(exc.__cause__, MissingObject)
                command.reason = _SHALLOW if lacking and request.shallow else str(exc)
        self._spread_failure(request)
        for command in request.commands:
            if not command.reason and command.new and command.ref == self.policy.published_ref.encode():
                self._ask(command, request, view)
        self._spread_failure(request)
        return view

    def _judge(self, command: Command, connectivity: Connectivity) -> None:
        """Raise `PushRejected` when a command is against the rules or the facts."""
        if objection := objection_to_name(command.ref):
            raise PushRejected(objection)
        published = command.ref == self.policy.published_ref.encode()
        if current_value(self.refs, command.ref) != command.old:
            raise PushRejected(FETCH_FIRST)
        if command.new is None:
            if command.old is None:
                raise PushRejected("there is no such ref")
            if published and self.policy.delete == "refuse":
                raise PushRejected("this branch is the site; deleting it is not allowed")
            return
        connectivity.admit(command.ref, command.new)
        if command.old and command.ref.startswith(BRANCHES.encode()):
            command.forced = not connectivity.contains(command.new, command.old)
            if command.forced and published and self.policy.force == "refuse":
                raise PushRejected("non-fast-forward: forced pushes to this branch are not allowed")

    def _ask(self, command: Command, request: Request, view: Repository) -> None:
        """Have the new site reviewed before anybody can see it."""
        update = command.value()
        verdict = self.review(
            Proposal(
                self.policy.published_branch,
                update.old,
                update.new or "",
                command.forced,
                request.options,
                view,
                self.answer.say,
            )
        )
        for message in verdict.messages:
            self.answer.say(message)
        if not verdict.accept:
            command.reason = verdict.reason or "the review declined it"

    def _move(self, request: Request, place: Quarantine) -> None:
        """Move what nothing speaks against: first the objects, then the refs."""
        with RefTransaction(self.refs, place.path) as transaction:
            for command in request.commands:
                if not command.reason:
                    try:
                        transaction.prepare(command.ref, command.old, command.new)
                    except PushRejected as exc:
                        command.reason = str(exc)
            if self._spread_failure(request):
                return
            if self.answer.gone or self.cancelled():
                raise LimitExceeded("the push was broken off")
            self._keep(request, place)
            transaction.commit()

    def _learn(self, request: Request, view: Repository) -> None:
        """Let the repository know what the review learnt, when all that it saw was accepted."""
        published = self.policy.published_ref.encode()
        if any(command.ref == published and command.new for command in request.commands) and not any(
            command.reason for command in request.commands
        ):
            self.repository.adopt(view)

    def _keep(self, request: Request, place: Quarantine) -> None:
        """Move the objects into the repository that the accepted refs need, and no others."""
        accepted = [command.new for command in request.commands if command.new and not command.reason]
        if not accepted:
            return
        if any(command.new and command.reason for command in request.commands):
            want = Want(wants=accepted, haves=self._tips())
            selection = Selection(place.store, frozenset(), want, self.cancelled)
            narrow(place, selection.objects(None), self.cancelled)
        place.accept()

    def _tips(self) -> list[bytes]:
        """Return what the repository's refs point to now."""
        values = (self.refs.read_ref(ref) for ref in self.refs.allkeys())
        return [value for value in values if value and valid_hexsha(value) and ObjectID(value) in self.store]

    def _spread_failure(self, request: Request) -> bool:
        """In an atomic push one failure is everybody's; tell whether nothing is left to do."""
        if b"atomic" in request.capabilities and any(command.reason for command in request.commands):
            for command in request.commands:
                command.reason = command.reason or _ATOMIC
        return all(command.reason for command in request.commands)

    def _hint(self, request: Request) -> None:
        """Help the one who pushed `master` and waits for a page."""
        wanted, name = self.policy.published_ref, self.policy.published_branch
        branches = [
            c for c in request.commands if c.new and not c.reason and c.ref.startswith(b"refs/heads/")
        ]
        if branches and self.refs.read_ref(Ref(wanted.encode())) is None:
            self.answer.say(
                f"The site is made from the branch {name}, which does not exist yet:\n"
                f"  git push origin HEAD:{name}"
            )

    def _report(self, request: Request, error: str) -> None:
        answer = self.answer
        if {b"report-status", b"report-status-v2"} & request.capabilities:
            inner = bytearray()
            report = Answer(inner.extend)
            report.line(f"unpack {_phrase(error) or 'ok'}\n".encode())
            for command in request.commands:
                if command.reason:
                    report.line(b"ng " + command.ref + b" " + _phrase(command.reason).encode() + b"\n")
                else:
                    report.line(b"ok " + command.ref + b"\n")
            report.mark(Mark.FLUSH)
            report.flush()
            answer.data(bytes(inner))
        if answer.banded:
            answer.mark(Mark.FLUSH)
        answer.flush()


def _phrase(text: str) -> str:
    """One line that fits a report."""
    return printable(" ".join(text.split()))[:500]

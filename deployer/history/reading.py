"""Read the records of an environment: all of them, one, and what was deployed in each region after one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from compiler.source.diagnostics import did_you_mean
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.environment import Open
from deployer.errors import DeployError, refused
from deployer.faults import explained
from deployer.history.keeping import load, settle
from deployer.history.ledger import REVIEW, Archive, Ledger, damaged, open_ledger
from deployer.history.record import Record
from deployer.session import Aws
from reviewer.change import Review, review_from_json

_READERS = 8


@frozen(eq=True)
class History:
    """The records of one environment."""

    ledger: Ledger
    parts: Mapping[int, Mapping[str, str]]
    """Number → part → when it was written."""

    def last(self, count: int) -> tuple[Record, ...]:
        """The last `count` records, oldest first."""
        with ThreadPoolExecutor(_READERS) as readers:
            return tuple(readers.map(self._load, [*self.parts][-count:]))

    def record(self, number: int) -> Record:
        """Raises `DeployError` (exit 4) for a number that no record has."""
        if number not in self.parts:
            known = f"the last one is {max(self.parts)}" if self.parts else "there is none yet"
            near = did_you_mean(str(number), [str(one) for one in self.parts]) if self.parts else ""
            message = f"there is no record {number} of {self.ledger.stack}: {known}"
            raise refused(message, near or "`history` lists them", "no-record")
        return self._load(number)

    def _load(self, number: int) -> Record:
        return load(self.ledger, number, self.parts[number])

    def details(self, number: int) -> Json:
        """What was reviewed; None where the command was killed before it had written that."""
        return self.ledger.load(number, REVIEW) if REVIEW in self.parts[number] else None

    def deployed_after(self, number: int) -> Mapping[str, Record]:
        """Region → the last record up to `number` that left a version there, or removed it.

        Regions that the environment had left before are not looked for.
        """
        found: dict[str, Record] = {}
        wanted: tuple[str, ...] = ()
        for one in sorted((one for one in self.parts if one <= number), reverse=True):
            record = self._load(one)
            if record.deployed:
                found.setdefault(record.begun.region, record)
                version = record.begun.version
                wanted = wanted or (version.materials.regions or (record.begun.region,) if version else ())
            if wanted and {*wanted} <= found.keys():
                break
        return found


@contextmanager
def reading(roots: Sequence[Compiled], open_region: Open, bucket: str | None = None) -> Iterator[History]:
    """The records of an environment, with the ends of those that have ended meanwhile.

    Raises `DeployError` (exit 4) where there is no bucket that could have any.
    """
    main = roots[0]
    archive = Archive(main.home or main.region, bucket)
    for region in main.regions or (main.region,):
        with open_region(region) as aws:
            _settled(aws, open_ledger(aws, archive, main.stack_name))
    with open_region(archive.home) as aws, explained("reading the history"):
        ledger = open_ledger(aws, archive, main.stack_name)
        if ledger is None:
            message = f"nothing of {main.stack_name} was recorded: there is no artefact bucket in {archive.home}"
            raise refused(message, "name the bucket that it was deployed with (--bucket)", "no-record")
        yield History(ledger, ledger.parts())


def _settled(aws: Aws, ledger: Ledger | None) -> None:
    """Write ends that are due; whoever may only read leaves that to others."""
    if ledger is None:
        return
    try:
        with explained("reading the history"):
            settle(aws, ledger)
    except (DeployError, ClientError, BotoCoreError):
        return


def no_review(record: Record) -> NoReturn:
    """Raises `DeployError` (exit 4): a file for the review of such a record would have nothing in it."""
    what = f"record {record.number}, {record.begun.operation} of {record.begun.stack}, has no review"
    raise refused(what, "`show` without --review, or with --format json, has all of it", "no-review")


def review_of(history: History, record: Record) -> Review | None:
    """The review of what was executed; None for a removal or recovery, and where there is none.

    Raises `DeployError` when it is not what was written.
    """
    details = history.details(record.number) if record.begun.change_set else None
    try:
        return review_from_json(details) if details else None
    except (TypeError, KeyError, AttributeError, IndexError) as fault:
        raise damaged(history.ledger, record.number, REVIEW) from fault

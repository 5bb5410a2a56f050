"""A process that tells watchers what an archive's replica holds, to be killed: `telling.py URL`."""

import sys
import threading
from datetime import UTC, datetime

from api.services import Limits, Services
from api.webhooks import Telling, Webhooks
from ledger.archive import open_archive
from ledger.outgoing import Allowed, Sender
from tests.bundles import bundled
from tests.worlds import MemoryWorld


def main() -> None:
    """Tell until killed."""
    rooms = open_archive(sys.argv[1], migrate=False)
    world = MemoryWorld()
    world.assemble()  # the watch's authority must be on the ledger
    ledger = bundled(world.ledger, clock=lambda: datetime.now(UTC))
    telling = Telling(sender=Sender(Allowed.of("127.0.0.1")))
    Webhooks(Services(ledger, rooms, Limits()), telling).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()

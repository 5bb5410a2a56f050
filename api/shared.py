"""Something that takes a worker thread and a while, done for one caller at a time: the others share it."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

_Found = TypeVar("_Found")


class Shared(Generic[_Found]):
    """A look at something that anybody may ask for; however many ask, it holds one thread.

    Who asks while a look is under way is told what it finds.
    """

    def __init__(self, look: Callable[[], _Found]) -> None:
        """Look by a call; what it raises, all who share it hear."""
        self._look = look
        self._under_way: asyncio.Task[_Found] | None = None

    async def __call__(self) -> _Found:
        """Return what is found."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(run_in_threadpool(self._look))
        return await asyncio.shield(self._under_way)  # who hangs up ends it for nobody else

"""Every figure, in the order of measuring: importing a module registers what is in it."""

from _bench import primitives, wrapping, verifying, replica, recognising  # noqa: F401, I001 - the order is the table's
from _bench import issuing, filing, bulk, operators, telling  # noqa: F401 - the same
from _bench.figures import FIGURES

__all__ = ["FIGURES"]

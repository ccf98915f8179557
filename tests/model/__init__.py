"""A slow, obvious twin of the whole algebra of panels, from rows every time.

Written from the design alone; it shares no code with the package.
"""

from tests.model.panel import Model

__all__ = ["Model"]

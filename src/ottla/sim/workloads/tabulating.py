"""A producer of a compacted topic: few keys, written again and again, and deleted now and then."""

from ottla.sim.workloads.producing import Content, Producing

_KEYS = 12


class Tabulating(Producing):
    """Every value is unique; a tombstone is not."""

    def content(self) -> Content:
        key = b"key-%d" % self._random.randrange(_KEYS)
        _, value = super().content()
        return key, None if self._random.random() < 0.2 else value

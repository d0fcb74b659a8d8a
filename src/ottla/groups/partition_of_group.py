"""Which partition of `__consumer_offsets` a group lives in, and so which broker coordinates it."""

_INT_MIN = 1 << 31


def partition_of_group(group_id: str, partitions: int) -> int:
    """Java's hash of the group id, made positive, modulo the number of partitions (`Utils.abs`)."""
    assert partitions > 0, "a topic has partitions"
    unsigned = java_hash(group_id)
    if unsigned == _INT_MIN:
        return 0
    return (unsigned if unsigned < _INT_MIN else 2 * _INT_MIN - unsigned) % partitions


def java_hash(text: str) -> int:
    """`String.hashCode` of the UTF-16 units, as an unsigned number of 32 bits."""
    value = 0
    if text.isascii():
        for unit in text.encode():
            value = (31 * value + unit) & 0xFFFFFFFF
        return value
    units = text.encode("utf-16-be", "surrogatepass")
    for at in range(0, len(units), 2):
        value = (31 * value + (units[at] << 8 | units[at + 1])) & 0xFFFFFFFF
    return value

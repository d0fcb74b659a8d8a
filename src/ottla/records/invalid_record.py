"""What may be wrong with record bytes. Texts are Kafka's where a client or an operator sees them."""


class InvalidRecord(Exception):
    """The bytes break a rule of the record format: INVALID_RECORD to a client."""


class CorruptBatch(Exception):
    """Size, magic or checksum say that these bytes are not what was sent: CORRUPT_MESSAGE to a client."""


class UnsupportedBatchFormat(Exception):
    """A batch of format 0 or 1, as Kafka wrote before 0.11. Kafka 4 still reads such segments; we do not."""


class UnsupportedCompression(Exception):
    """A codec id that no Kafka knows: INVALID_RECORD to a client."""

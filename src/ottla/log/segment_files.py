"""Names of the files of a log (`LogFileUtils`)."""

LOG, OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX = ".log", ".index", ".timeindex", ".txnindex"
SNAPSHOT = ".snapshot"
DELETED, CLEANED, SWAP = ".deleted", ".cleaned", ".swap"
SEGMENT_SUFFIXES = (LOG, OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX)


def file_name(offset: int, suffix: str) -> str:
    """Twenty digits, so that names sort as offsets do."""
    return f"{offset:020d}{suffix}"


def offset_of(name: str) -> int | None:
    """The offset in a file's name; None when the name has none."""
    digits = name.partition(".")[0]
    return int(digits) if digits.isdecimal() else None

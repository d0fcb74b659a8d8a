"""The ids that members of groups are given."""

from ottla.model.ports import Entropy


def new_member_id(prefix: str, entropy: Entropy) -> str:
    """`prefix` (the client's or the instance's id) and a random id in Java's spelling."""
    digits = entropy.uuid().hex()
    return f"{prefix}-{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

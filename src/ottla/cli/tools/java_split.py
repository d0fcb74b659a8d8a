"""`String.split`: what is empty at the end falls away."""


def split(text: str, separator: str) -> list[str]:
    return dropped_end(text.split(separator))


def dropped_end(parts: list[str]) -> list[str]:
    """`parts` without the empty ones at their end; a text that was not split stays."""
    if len(parts) == 1:
        return parts
    count = len(parts)
    while count and not parts[count - 1]:
        count -= 1
    return parts[:count]

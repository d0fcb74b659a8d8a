"""Values that are `name:value` pairs (`Csv.parseCsvMap`)."""

import re

from ottla.model.config.config_exception import ConfigException


def parse_pairs(key: str, text: str) -> dict[str, str]:
    """Each pair is split at its last colon, so that names may be IPv6 addresses. Raises ConfigException."""
    found = {}
    trimmed = text.rstrip(", ")
    for pair in re.split(r"\s*,\s*", trimmed) if trimmed else ():
        name, colon, value = pair.rpartition(":")
        if not colon:
            raise ConfigException(
                f"Error parsing configuration property '{key}': '{pair}' is not of the form NAME:VALUE"
            )
        found[name.strip()] = value.strip()
    return found

"""A list of topics that is a regular expression, as several tools take it (`TopicFilter.IncludeList`)."""

import re

from ottla.cli.tools.ending import Failure
from ottla.model.topics import is_internal


class IncludeList:
    """Which topics are meant: commas separate alternatives, quotes around the whole don't count."""

    def __init__(self, raw: str) -> None:
        text = raw.strip().replace(",", "|").replace(" ", "")
        self.regex = re.sub(r"[\"']+$", "", re.sub(r"^[\"']+", "", text))
        try:
            self._pattern = re.compile(self.regex)
        except re.error:
            raise Failure(f"{self.regex} is an invalid regex.") from None

    def allows(self, topic: str, *, exclude_internal: bool) -> bool:
        return self._pattern.fullmatch(topic) is not None and not (exclude_internal and is_internal(topic))

"""A value that a configuration key does not take."""


class ConfigException(ValueError):
    """Kafka's `ConfigException`; the text is Kafka's. `key` is the one to change, if the text tells none."""

    def __init__(self, text: str, key: str | None = None) -> None:
        super().__init__(text)
        self.key = key

    @property
    def sentence(self) -> str:
        """The text for people, who must know which key to change."""
        text = str(self)
        return (
            text if self.key is None or self.key in text else f"{text.removesuffix('.')}. Change {self.key}."
        )


class RequirementFailed(ConfigException):
    """Values that don't go together. Scala puts `requirement failed: ` before the text that clients see."""


def invalid(name: str, value: object, message: str | None = None) -> ConfigException:
    """`value` (as Java prints it) is not for `name`."""
    text = f"Invalid value {java_text(value)} for configuration {name}"
    return ConfigException(text if message is None else f"{text}: {message}")


def java_text(value: object) -> str:
    """A parsed value as Java's `toString` gives it, which is what error texts show."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(java_text(item) for item in value) + "]"
    if isinstance(value, float):
        from ottla.model.config.java_double import double_text

        return double_text(value)
    return str(value)

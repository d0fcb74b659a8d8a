"""The definitions of configurations, as the controller asks for them."""

from collections.abc import Mapping, Sequence

from ottla.controller.settings import EffectiveConfig
from ottla.metadata.configs import ConfigResource, ResourceType


class NodeConfigRules:
    def validate(
        self, resource: ConfigResource, configs: Mapping[str, str], existing: Mapping[str, str]
    ) -> None:
        return

    def is_list(self, type_: ResourceType, name: str) -> bool:
        return name in ("cleanup.policy",)

    def default(self, type_: ResourceType, name: str) -> str | None:
        return None

    def effective_topic_configs(
        self, topic: Mapping[str, str], broker: Mapping[str, str], cluster: Mapping[str, str]
    ) -> Sequence[EffectiveConfig]:
        return []

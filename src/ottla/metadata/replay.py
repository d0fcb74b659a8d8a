"""`apply`: the only writer of the metadata image.

One row per type of record: the subject of the image that it changes, and the rule. Records are known by the
name of their class, so that no class is imported before a log holds its record. The rules are those of
Kafka's controller, the strictest reader (`ReplicationControlManager.replay` and its siblings).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from ottla.metadata import (
    acls,
    brokers,
    client_quotas,
    configs,
    controllers,
    delegation_tokens,
    features,
    producer_ids,
    scram,
    topics,
)
from ottla.metadata.record import ReplayError

if TYPE_CHECKING:
    from ottla.metadata.image import MetadataImage
    from ottla.wire.message import Message
    from ottla.wire.messages.remove_topic_record import RemoveTopicRecord

Rule = Callable[[Any, Any], Any]

RULES: Final[Mapping[str, tuple[str, Rule]]] = {
    "FeatureLevelRecord": ("features", features.set_level),
    "RegisterBrokerRecord": ("brokers", brokers.register),
    "UnregisterBrokerRecord": ("brokers", brokers.unregister),
    "FenceBrokerRecord": ("brokers", brokers.fence),
    "UnfenceBrokerRecord": ("brokers", brokers.unfence),
    "BrokerRegistrationChangeRecord": ("brokers", brokers.change_registration),
    "RegisterControllerRecord": ("controllers", controllers.register),
    "TopicRecord": ("topics", topics.add_topic),
    "PartitionRecord": ("topics", topics.add_partition),
    "PartitionChangeRecord": ("topics", topics.change_partition),
    "ClearElrRecord": ("topics", topics.clear_elr),
    "RemoveTopicRecord": ("topics", topics.remove_topic),
    "ConfigRecord": ("configs", configs.set_config),
    "ClientQuotaRecord": ("client_quotas", client_quotas.set_quota),
    "ProducerIdsRecord": ("next_producer_id", producer_ids.advance),
    "AccessControlEntryRecord": ("acls", acls.add_acl),
    "RemoveAccessControlEntryRecord": ("acls", acls.remove_acl),
    "UserScramCredentialRecord": ("scram", scram.set_credential),
    "RemoveUserScramCredentialRecord": ("scram", scram.remove_credential),
    "DelegationTokenRecord": ("delegation_tokens", delegation_tokens.set_token),
    "RemoveDelegationTokenRecord": ("delegation_tokens", delegation_tokens.remove_token),
}
WITHOUT_TRACE: Final = frozenset({"NoOpRecord", "ZkMigrationStateRecord"})
"""Records that move the offset and nothing else."""
BRACKETS: Final = frozenset({"BeginTransactionRecord", "EndTransactionRecord", "AbortTransactionRecord"})
"""Records that `transactions` handles; a snapshot has none."""


def apply(image: MetadataImage, record: Message) -> MetadataImage:
    """The image after `record`. Raises ReplayError, which names the rule that the record breaks.

    The provenance stays: whoever replays a batch sets it once, at its end.
    """
    name = type(record).__name__
    if name in WITHOUT_TRACE:
        return image
    if name in BRACKETS:
        raise ReplayError(record, "it cannot appear within a snapshot")
    subject, rule = RULES[name]
    changed = image._replace(**{subject: rule(getattr(image, subject), record)})
    if name == "RemoveTopicRecord":
        topic = image.topics.by_id(cast("RemoveTopicRecord", record).topic_id)
        assert topic is not None, "the rule has found it"
        return changed._replace(configs=configs.remove_topic_configs(changed.configs, topic.name))
    return changed

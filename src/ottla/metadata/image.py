"""The metadata image: all that a node knows of its cluster, as of one offset of the metadata log. A value."""

from typing import NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata.acls import AclsImage
from ottla.metadata.brokers import BrokersImage
from ottla.metadata.client_quotas import ClientQuotasImage
from ottla.metadata.configs import ConfigsImage
from ottla.metadata.controllers import ControllersImage
from ottla.metadata.delegation_tokens import DelegationTokensImage
from ottla.metadata.features import FeaturesImage
from ottla.metadata.producer_ids import NONE_GIVEN
from ottla.metadata.scram import ScramImage
from ottla.metadata.topics import TopicsImage


class Provenance(NamedTuple):
    """The last record in an image."""

    offset: int = -1
    epoch: int = -1
    timestamp_ms: int = -1


class MetadataImage(NamedTuple):
    """One field per subject, each a persistent value: an unchanged subject stays the same object."""

    provenance: Provenance = Provenance()
    features: FeaturesImage = FeaturesImage()
    brokers: BrokersImage = BrokersImage()
    controllers: ControllersImage = PersistentMap()
    topics: TopicsImage = TopicsImage()
    configs: ConfigsImage = ConfigsImage()
    client_quotas: ClientQuotasImage = PersistentMap()
    next_producer_id: int = NONE_GIVEN
    acls: AclsImage = PersistentMap()
    scram: ScramImage = PersistentMap()
    delegation_tokens: DelegationTokensImage = PersistentMap()

    @property
    def metadata_version(self) -> int:
        """The finalized metadata.version. A log that holds any record has one."""
        level = self.features.metadata_version
        assert level is not None, "the metadata.version comes before everything that depends on it"
        return level


EMPTY = MetadataImage()

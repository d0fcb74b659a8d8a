"""Which topics a command line means."""

from ottla.cli.options import Options
from ottla.cli.tools.ending import IllegalArgument
from ottla.cli.tools.topic_filter import IncludeList
from ottla.dial.cluster import Cluster
from ottla.link.admin.topics import list_topics
from ottla.model.topics import is_internal


async def matching_topics(cluster: Cluster, options: Options) -> list[str]:
    """The names, sorted, that `--topic` matches, or all of them."""
    exclude_internal = options.has("exclude-internal")
    listed = await cluster.call(list_topics())
    names = sorted(topic.name for topic in listed if not (exclude_internal and topic.internal))
    wanted = options.text("topic")
    if wanted is None:
        return [name for name in names if not (exclude_internal and is_internal(name))]
    include = IncludeList(wanted)
    return [name for name in names if include.allows(name, exclude_internal=exclude_internal)]


def ensure_topic_exists(found: list[str], options: Options) -> None:
    """Raise unless something was found, or nothing needs to be."""
    wanted = options.text("topic")
    if wanted and not options.has("if-exists") and not found:
        raise IllegalArgument(f"Topic '{wanted}' does not exist as expected")

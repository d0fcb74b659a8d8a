"""What a broker hands on to the active controller, in an Envelope (KIP-590)."""

FORWARDED = frozenset(
    {
        "alter_configs",
        "alter_partition_reassignments",
        "create_partitions",
        "create_topics",
        "delete_topics",
        "describe_quorum",
        "elect_leaders",
        "incremental_alter_configs",
        "list_partition_reassignments",
        "update_features",
        "unregister_broker",
    }
)

CHECKED_FIRST = frozenset({"alter_configs", "incremental_alter_configs"})
"""Of these the broker checks what only it can; their handlers pass the rest on themselves."""

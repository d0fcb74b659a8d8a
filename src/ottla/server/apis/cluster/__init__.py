"""Topics, configurations, features and the nodes of the cluster."""

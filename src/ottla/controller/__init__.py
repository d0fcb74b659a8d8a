"""The active controller: decides every change of the cluster's metadata, as records and answers."""

"""The KRaft metadata image, the records that change it, and what changed between two images."""

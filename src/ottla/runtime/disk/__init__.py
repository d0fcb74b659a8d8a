"""The real disk behind the `Disk` port."""

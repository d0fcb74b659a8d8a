"""The words every layer speaks: ids, error codes, the time, configuration, the ports Disk and Entropy."""

"""What a broker does when the metadata changes."""

"""Records: produce, fetch and what asks for offsets."""

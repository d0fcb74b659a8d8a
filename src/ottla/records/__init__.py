"""Record batches: view, validate, build, compress, control batches."""

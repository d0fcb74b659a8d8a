"""What several API files translate alike."""

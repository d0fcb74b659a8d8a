"""Drives the cores and carries out their effects. What touches the world is here, and decides nothing."""

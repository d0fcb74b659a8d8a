"""Tools with commands, read and explained by the rules of argparse4j, which they are built on."""

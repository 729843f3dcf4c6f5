"""From weights to the programs that a target lowers."""

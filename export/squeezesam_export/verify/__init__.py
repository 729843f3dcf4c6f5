"""The written programs against the fp32 networks."""

"""Training and evaluation of the SqueezeSAM networks."""

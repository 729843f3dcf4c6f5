"""Studies: what a choice costs or brings. Run by benchmarks/study.py."""

"""MobileSAM: SAM's decoder behind a TinyViT."""

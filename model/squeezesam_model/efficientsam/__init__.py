"""EfficientSAM-Ti and -S: a plain ViT, and a decoder near to SAM's."""

"""Encoder and decoder that other projects' exporters wrote to ONNX, made into a bundle."""

"""ExecuTorch programs: XNNPACK, and the Core ML and Vulkan delegates."""

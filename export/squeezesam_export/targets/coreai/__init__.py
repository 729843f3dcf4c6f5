"""Core AI assets: what Apple's framework of iOS 27 and macOS 27 runs."""

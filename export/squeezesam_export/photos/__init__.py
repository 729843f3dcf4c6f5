"""Real photos with prompts, to calibrate on and to compare on."""

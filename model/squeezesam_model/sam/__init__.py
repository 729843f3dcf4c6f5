"""What the networks of SAM's family share: prompt encoder, mask decoder, checkpoints, programs."""

"""What a program can be lowered to, one room each."""

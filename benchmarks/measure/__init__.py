"""What every measurement needs: the machine's description, a photo, the C++ program's output."""

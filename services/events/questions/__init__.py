"""What an event asks those who register, and their answers."""

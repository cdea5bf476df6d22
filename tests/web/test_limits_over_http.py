"""What an operation may ask for at the most, as clients meet it."""

"""Messages sent to persons."""

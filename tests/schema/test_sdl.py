"""What the printed schema must be: complete, described, and of one form."""

"""How operations become mutations."""

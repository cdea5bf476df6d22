"""The engine that turns operations into mutations."""

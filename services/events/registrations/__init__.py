"""Registering for an event, changing a registration, and giving it up."""

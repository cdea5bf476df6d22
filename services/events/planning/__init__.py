"""Planning an event, its life, and its report."""

"""Events: planning and life, seats and their queue, attendance, and the report that follows."""

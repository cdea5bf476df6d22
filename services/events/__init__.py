"""Events: planning, status, seats and waiting list, attendance, and the follow-up report."""

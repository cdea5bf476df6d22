"""Events, registrations, seats, questions, the desk, prices and mail."""

"""Events, registrations, seats, questions, the desk, fees and mail."""

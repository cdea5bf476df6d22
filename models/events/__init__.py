"""Events, their seats, registrations, questions, scans, fees and mail."""

"""Events, their seats, registrations, questions, scans, prices and mail."""

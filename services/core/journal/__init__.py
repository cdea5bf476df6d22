"""The journal's chain, and records of confidential reads."""

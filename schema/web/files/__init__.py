"""Files served at URLs of their own."""

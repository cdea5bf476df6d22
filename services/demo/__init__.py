"""The demo data, written through operations only."""

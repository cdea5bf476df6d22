"""Files that are fetched by an address."""

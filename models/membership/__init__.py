"""Categories, memberships, and headcounts over them."""

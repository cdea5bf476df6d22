"""The kernel that every domain shares."""

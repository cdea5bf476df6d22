"""Categories of members, and memberships."""

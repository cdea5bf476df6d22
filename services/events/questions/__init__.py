"""Questions of an event's registration form, and answers."""

"""What leaves this server: mail, requests to other servers, and secrets kept for them."""

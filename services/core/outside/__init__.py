"""Outgoing traffic: mail, requests to other servers, and encrypted secrets for them."""

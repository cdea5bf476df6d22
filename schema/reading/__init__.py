"""What reads share: Relay, the root query, one request, recording of confidential reads."""

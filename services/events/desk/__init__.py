"""The desk: scans, check-in and attendance."""

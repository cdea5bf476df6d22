"""What Confed does: one folder per domain, one file per use case; `core` is the kernel they share."""

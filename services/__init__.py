"""Operations: one folder per domain, one file per use case. `core` is the kernel shared by all domains."""

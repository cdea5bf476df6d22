"""What every model is made of: records and keys, row policies, figure functions."""

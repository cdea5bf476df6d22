"""What people adds to the world, and who may see and do what of it."""

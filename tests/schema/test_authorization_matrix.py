"""Who reads each field, and who may call each mutation: one row a type, a field, a mutation."""

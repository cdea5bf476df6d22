"""The edge, over HTTP."""

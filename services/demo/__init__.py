"""The demo data: three confederations, written through operations only, the same on every load except ids and days."""

from services.demo.loading import CONFEDERATIONS, AlreadyLoaded, is_empty, load, load_if_empty
from services.demo.welcome import welcome

__all__ = ["CONFEDERATIONS", "AlreadyLoaded", "is_empty", "load", "load_if_empty", "welcome"]

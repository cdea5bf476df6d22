"""An event as files: calendars, exports and tickets."""

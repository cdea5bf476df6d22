"""Files about an event: calendars, exports and tickets."""

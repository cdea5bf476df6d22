"""Labels of an event's facts in messages, in each language."""

LABELS = {
    "fr": {
        "when": "Date",
        "where": "Lieu",
        "online": "En ligne",
        "host": "Organisateur",
        "seats": "Places",
        "place": "Rang sur la liste d’attente",
    },
    "en": {
        "when": "Date",
        "where": "Place",
        "online": "Online",
        "host": "Organizer",
        "seats": "Seats",
        "place": "Place on the waiting list",
    },
}

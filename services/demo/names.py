"""Fictitious names, recognisable as such."""

from random import Random

_GIVEN = {
    "fr": (
        "Aurélianne", "Benjamine", "Célestin", "Dorothéa", "Éloïk", "Florimond", "Gaëtane", "Hippolyte", "Isaurelle",
        "Joachim", "Katérie", "Léonide", "Marjolin", "Noémisse", "Octavien", "Perrette", "Quentine", "Rosaire",
        "Séraphine", "Théodule", "Ursulin", "Violaine", "Wilfride", "Xavérie", "Ysolde", "Zéphirin",
    ),
    "en": (
        "Alderic", "Briony", "Corwin", "Delphia", "Everard", "Fenella", "Garrick", "Hester", "Ivor", "Juniper",
        "Lorcan", "Merrin", "Orla", "Perrin", "Rowena", "Sorrel", "Tamsin", "Winifred",
    ),
}  # fmt: skip
_FAMILY = (
    "Aubelune", "Beauvallon", "Clairmarais", "Doucerive", "Épinetteux", "Fontcreuse", "Grandpalmier", "Hautbois",
    "Islevert", "Jolimousse", "Larivoire", "Montbrume", "Neigefleur", "Orvalin", "Pierrelune", "Quatrevents",
    "Rochebelle", "Sablonneux", "Toussapin", "Valdargent", "Ashgrove", "Brindlemoor", "Cloverdale-Finch", "Dunwich",
    "Elderbank", "Foxhollow", "Greywater", "Hazelmere", "Larkspur", "Marlstone", "Northwick", "Quillfeather",
    "Rushmire", "Silverbrook", "Thistlewood", "Wrenfield",
)  # fmt: skip
REGIONS = ("Bas-Pays", "Cap-Nord", "Grande-Baie", "Haut-Plateau", "Rive-Claire", "Trois-Lacs")


def name(rng: Random, locale: str) -> tuple[str, str]:
    """A given and a family name; one in three family names is double."""
    family = rng.choice(_FAMILY)
    if rng.random() < 0.33:
        family = f"{family}-{rng.choice([other for other in _FAMILY if other != family])}"
    return rng.choice(_GIVEN[locale]), family

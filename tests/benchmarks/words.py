"""What the benchmark's rows say: lengths and accents as in real ones."""

_FIELDS = (
    "de l’éducation",
    "in Education",
    "de la santé",
    "in Health",
    "des collèges",
    "in Colleges",
    "des universités",
    "in Universities",
    "municipaux",
    "in Municipalities",
    "du réseau routier",
    "in Roads",
    "de la sécurité publique",
    "in Public Safety",
    "des services sociaux",
    "in Social Services",
    "de la justice",
    "in Justice",
    "de l’environnement",
    "in the Environment",
    "de l’énergie",
    "in Energy",
    "des transports collectifs",
    "in Public Transit",
    "de la culture",
    "in Culture",
    "des bibliothèques",
    "in Libraries",
    "de la recherche",
    "in Research",
    "de la formation professionnelle",
    "in Vocational Training",
    "du logement",
    "in Housing",
    "de l’agriculture",
    "in Agriculture",
    "des forêts",
    "in Forests",
    "des finances publiques",
    "in Public Finance",
)
_REGIONS = (("de l’Est", "(East)"), ("de l’Ouest", "(West)"))
FIELDS = [
    (f"{_FIELDS[n]} {region[0]}", f"{_FIELDS[n + 1]} {region[1]}")
    for region in _REGIONS
    for n in range(0, len(_FIELDS), 2)
]
"""Forty fields of work, in French and English."""

ABOUT = (
    (
        "L’association représente ses membres auprès de l’employeur et du gouvernement, les conseille sur "
        "leurs conditions de travail et organise chaque mois une rencontre d’étude et d’échange avec les "
        "associations sœurs. Fondée en 1974, elle publie un bulletin et tient un congrès annuel."
    ),
    (
        "The association represents its members to the employer and to government, advises them on their "
        "working conditions and every month organises a study-and-exchange meeting with its sister "
        "associations. Founded in 1974, it publishes a bulletin and holds a yearly convention."
    ),
)
SUMMARY = (
    (
        "Une rencontre pour mettre en commun ce que chaque équipe a essayé, ce qui a marché et ce qui reste à "
        "faire. Des gestionnaires de trois réseaux racontent leur parcours, puis des ateliers préparent des "
        "pistes d’action."
    ),
    (
        "A meeting to share what each team has tried, what worked and what remains to be done. Managers of "
        "three networks tell of their experience, then workshops prepare avenues to act on."
    ),
)
KINDS = (
    ("STUDY_AND_EXCHANGE_MEETING", "Rencontre d’étude et d’échange", "Study-and-exchange meeting"),
    ("CONVENTION", "Congrès annuel", "Yearly convention"),
    ("LOCAL_MEETING", "Dîner-causerie régional", "Regional lunch talk"),
    ("WEBINAR", "Webinaire", "Webinar"),
    ("PROFESSIONAL_DEVELOPMENT", "Formation continue", "Professional development"),
)
TOPICS = (
    ("la relève des cadres dans les réseaux publics", "succession of managers in the public networks"),
    ("la charge de travail et la santé psychologique", "workload and psychological health"),
    ("retraite, aménagement et transmission", "retirement, adaptation and handing on"),
    ("la négociation des conditions de travail en 2026", "negotiating working conditions in 2026"),
    ("diriger une équipe à distance", "leading a team from afar"),
    ("l’éthique de la décision publique", "ethics of public decisions"),
)
VENUES = (
    "Centre des congrès, salle 2000 A",
    "Hôtel Le Concorde, salle Abraham",
    "Maison de la gestion",
    "Pavillon Desjardins, amphithéâtre 3",
)
CITIES = ("Québec", "Montréal", "Trois-Rivières", "Sherbrooke", "Gatineau", "Saguenay")
GIVEN = (
    "Anaïs",
    "Benoît",
    "Chantal",
    "Denis",
    "Élise",
    "François",
    "Geneviève",
    "Hugo",
    "Isabelle",
    "Jean-Philippe",
    "Karine",
    "Luc",
    "Marie-Ève",
    "Nadia",
    "Olivier",
    "Patricia",
)
FAMILY = (
    "Tremblay",
    "Gagnon",
    "Roy",
    "Côté",
    "Bouchard",
    "Gauthier",
    "Morin",
    "Lavoie",
    "Fortin",
    "Gagné",
    "Ouellet",
    "Pelletier",
    "Bélanger",
    "Lévesque",
    "Bergeron",
    "Leblanc",
    "Paquette",
    "Girard",
)
EMPLOYERS = (
    "CISSS de Laval",
    "Ministère des Transports",
    "CSS de Montréal",
    "Cégep de Rimouski",
    "Ville de Québec",
    "Université Laval",
    "Régie de l’énergie",
    "Hydro-Québec",
)
TITLES = (
    "Directrice des finances",
    "Chef de service",
    "Directeur adjoint",
    "Coordonnatrice",
    "Cheffe d’équipe",
    "Directeur régional",
)

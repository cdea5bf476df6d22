"""Events of the associations of `ccc-cmc`: some full with a waiting list, some not open yet."""

from models import EventKind, EventState
from services.demo.programme import HYBRID, ONLINE, Programmed, put_on
from services.demo.stage import Stage

K, S = EventKind, EventState
_P = Programmed

PROGRAMME = (
    _P(association="cncq", slug="congres-cncq", kind=K.CONVENTION, fr="Congrès annuel de la CNCQ",
       en="CNCQ annual convention", days=75, hours=8, format=HYBRID, capacity=200, city="Québec",
       venue="Palais des Marées", state=S.PUBLISHED),
    _P(association="ccc-cmc", slug="national-general-assembly", kind=K.GENERAL_ASSEMBLY,
       fr="Assemblée générale nationale", en="National general assembly", days=110, hours=4, format=HYBRID,
       capacity=150, city="Ottawa", state=S.PUBLISHED),
    _P(association="cadres-ministeres-boreaux", slug="assemblee-ministeres-boreaux", kind=K.GENERAL_ASSEMBLY,
       fr="Assemblée générale annuelle", en="Annual general assembly", days=33, capacity=60, registered=24,
       city="Québec"),
    _P(association="cadres-ministeres-boreaux", slug="webinaire-statut-juridique", kind=K.WEBINAR,
       fr="Le statut juridique du cadre", en="The manager's legal status", days=12, hour=12, hours=1, format=ONLINE,
       registered=20, speakers=("Maître Violaine Rochebelle",)),
    _P(association="cadres-agences-laurentie", slug="rencontre-laurentie", kind=K.LOCAL_MEETING,
       fr="Rencontre des cadres de Laurentie", en="Laurentia managers' meeting", days=19, hour=17, capacity=15,
       registered=22, cancelled=2, city="Saint-Horizon"),
    _P(association="cadres-agences-laurentie", slug="formation-negociation-laurentie", kind=K.PROFESSIONAL_DEVELOPMENT,
       fr="Négocier ses conditions de travail", en="Negotiating one's working conditions", days=54, hours=6,
       capacity=24, registered=18, city="Saint-Horizon"),
    _P(association="cadres-justice-estuaire", slug="codeveloppement-estuaire", kind=K.CODEVELOPMENT_SESSION,
       fr="Séance de codéveloppement", en="Co-development session", days=9, capacity=8, registered=13, cancelled=1,
       city="Baie-aux-Phares"),
    _P(association="cadres-sante-trois-lacs", slug="colloque-sante-trois-lacs", kind=K.STUDY_AND_EXCHANGE_MEETING,
       fr="Motivation et engagement des cadres de santé", en="Motivation and commitment of health managers", days=40,
       hours=7, format=HYBRID, capacity=40, registered=27, city="Trois-Lacs", speakers=("Octavien Clairmarais",),
       summary=("Une journée d'étude et d'échange sur les sources de motivation.",
                "A day of study and exchange on sources of motivation.")),
    _P(association="cadres-sante-trois-lacs", slug="reconnaissance-sante-trois-lacs", kind=K.RECOGNITION,
       fr="Soirée de reconnaissance", en="Recognition evening", days=68, hour=18, capacity=80, registered=16,
       city="Trois-Lacs"),
    _P(association="cadres-soins-cap-nord", slug="accueil-soins-cap-nord", kind=K.WELCOME_SESSION,
       fr="Accueil des nouveaux cadres", en="Welcome session for new managers", days=15, capacity=12, registered=17,
       city="Cap-Nord"),
    _P(association="cadres-soins-cap-nord", slug="webinaire-image-cadres", kind=K.WEBINAR,
       fr="L'image publique du cadre", en="The manager's public image", days=26, hour=12, hours=1, format=ONLINE,
       capacity=100, registered=19),
    _P(association="cadres-colleges-plateau", slug="expedition-colleges-plateau", kind=K.LEARNING_EXPEDITION,
       fr="Visite d'un collège qui a changé de gestion", en="Visit to a college that changed its management", days=61,
       hours=8, capacity=10, registered=14, cancelled=1, city="Haut-Plateau"),
    _P(association="cadres-scolaires-rive-claire", slug="assemblee-rive-claire", kind=K.GENERAL_ASSEMBLY,
       fr="Assemblée générale extraordinaire", en="Special general assembly", days=22, hour=19, hours=2, format=HYBRID,
       capacity=50, registered=21, city="Rive-Claire"),
    _P(association="cadres-scolaires-rive-claire", slug="social-rive-claire", kind=K.SOCIAL, fr="Quilles et raclette",
       en="Bowling and raclette", days=30, hour=18, capacity=20, registered=11, city="Rive-Claire", state=S.CLOSED),
    _P(association="cadres-municipaux-mille-ponts", slug="rencontre-mille-ponts", kind=K.LOCAL_MEETING,
       fr="Petit-déjeuner des cadres municipaux", en="Municipal managers' breakfast", days=8, hour=7, hours=2,
       capacity=14, registered=20, cancelled=3, city="Mille-Ponts"),
    _P(association="cadres-municipaux-mille-ponts", slug="formation-roles-mille-ponts", kind=K.PROFESSIONAL_DEVELOPMENT,
       fr="Clarifier les rôles", en="Clarifying roles", days=90, capacity=30, city="Mille-Ponts", state=S.PUBLISHED),
    _P(association="cadres-transport-grande-baie", slug="codeveloppement-grande-baie", kind=K.CODEVELOPMENT_SESSION,
       fr="Codéveloppement en ligne", en="Online co-development", days=17, hour=12, hours=2, format=ONLINE, capacity=8,
       registered=8),
    _P(association="cadres-energie-bas-pays", slug="colloque-energie-bas-pays", kind=K.STUDY_AND_EXCHANGE_MEETING,
       fr="Bâtir une profession", en="Building a profession", days=52, capacity=45, registered=25, city="Bas-Pays"),
    _P(association="cadres-energie-bas-pays", slug="planification-bas-pays", kind=K.LOCAL_MEETING,
       fr="Journée de planification", en="Planning day", days=100, state=S.DRAFT),
    _P(association="cadres-assurance-port-clair", slug="webinaire-port-clair", kind=K.WEBINAR,
       fr="Gérer à distance", en="Managing remotely", days=14, hour=12, hours=1, format=ONLINE, registered=16),
    _P(association="cadres-aeronautique-ciel-ouvert", slug="expedition-ciel-ouvert", kind=K.LEARNING_EXPEDITION,
       fr="Une usine sans contremaître", en="A plant without foremen", days=44, hours=6, capacity=12, registered=18,
       city="Ciel-Ouvert"),
    _P(association="cadres-commerce-vieux-quai", slug="social-vieux-quai", kind=K.SOCIAL, fr="Croisière des cadres",
       en="Managers' cruise", days=37, hour=17, capacity=25, registered=13, city="Vieux-Quai"),
    _P(association="cadres-logiciel-polaris", slug="convention-polaris", kind=K.CONVENTION, fr="Convention Polaris",
       en="Polaris convention", days=80, hours=8, format=HYBRID, capacity=60, registered=20, city="Polaris"),
    _P(association="cadres-colleges-plateau", slug="rentree-colleges-plateau", kind=K.LOCAL_MEETING,
       fr="Rencontre de la rentrée", en="Back-to-school meeting", days=-65, capacity=30, registered=20,
       city="Haut-Plateau", state=S.HELD),
    _P(association="cadres-transport-grande-baie", slug="congres-grande-baie", kind=K.CONVENTION,
       fr="Congrès du transport", en="Transit convention", days=-120, hours=8, capacity=40, registered=24,
       city="Grande-Baie", state=S.HELD),
)  # fmt: skip


async def programme(stage: Stage) -> None:
    """Create all events."""
    for event in PROGRAMME:
        await put_on(stage, event)
        stage.advance(1 / len(PROGRAMME))


STEPS = (programme,)

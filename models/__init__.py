"""Tables, constraints and row policies: what Confed knows, and what must hold whatever the code does."""

from models.access import *
from models.advocacy import *
from models.contacts import *
from models.desk import *
from models.documents import *
from models.events import *
from models.federation import *
from models.fees import *
from models.headcounts import *
from models.identity import *
from models.journal import *
from models.mail import *
from models.membership import *
from models.mentoring import *
from models.passkeys import *
from models.people import *
from models.providers import *
from models.questions import *
from models.registrations import *
from models.reports import *
from models.searching import *
from models.seats import *
from models.segments import *
from models.site_keys import *
from models.webhooks import *

"""Tables, constraints and row policies: what Confed knows, and what must hold whatever the code does."""

from models.advocacy.files import *
from models.core.journal import *
from models.events.events import *
from models.events.fees import *
from models.events.mail import *
from models.events.questions import *
from models.events.registrations import *
from models.events.reports import *
from models.events.scans import *
from models.events.searching import *
from models.events.seats import *
from models.identity.identity_providers import *
from models.identity.passkeys import *
from models.identity.sessions import *
from models.identity.site_keys import *
from models.membership.headcounts import *
from models.membership.memberships import *
from models.mentoring.mentoring import *
from models.messages.messages import *
from models.people.contacts import *
from models.people.persons import *
from models.people.segments import *
from models.tenancy.federation import *
from models.tenancy.roles import *
from models.trusted_documents.documents import *
from models.webhooks.webhooks import *

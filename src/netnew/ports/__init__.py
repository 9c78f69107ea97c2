"""What the engine and the use cases need from outside, as small protocols.

`store/`, `pages/`, `sources/`, `judges/` and `llms/` implement them; `testing.py` has a fake of
each. All are async and safe to call from many tasks of one event loop. Plugins import from here.
"""

from netnew.ports.judging import (
    Advisor as Advisor,
)
from netnew.ports.judging import (
    CandidateProfile as CandidateProfile,
)
from netnew.ports.judging import (
    EnrichRequest as EnrichRequest,
)
from netnew.ports.judging import (
    Judge as Judge,
)
from netnew.ports.judging import (
    JudgeRequest as JudgeRequest,
)
from netnew.ports.judging import (
    ObjectiveReading as ObjectiveReading,
)
from netnew.ports.models import (
    Charge as Charge,
)
from netnew.ports.models import (
    LanguageModel as LanguageModel,
)
from netnew.ports.models import (
    Prompt as Prompt,
)
from netnew.ports.models import (
    unpaid as unpaid,
)
from netnew.ports.sources import (
    Fetcher as Fetcher,
)
from netnew.ports.sources import (
    PageProvider as PageProvider,
)
from netnew.ports.sources import (
    Source as Source,
)
from netnew.ports.store import (
    AuditLog as AuditLog,
)
from netnew.ports.store import (
    CandidateStore as CandidateStore,
)
from netnew.ports.store import (
    Changes as Changes,
)
from netnew.ports.store import (
    EventStore as EventStore,
)
from netnew.ports.store import (
    EventWatch as EventWatch,
)
from netnew.ports.store import (
    Join as Join,
)
from netnew.ports.store import (
    Journal as Journal,
)
from netnew.ports.store import (
    Ledger as Ledger,
)
from netnew.ports.store import (
    PageStore as PageStore,
)
from netnew.ports.store import (
    Receipt as Receipt,
)
from netnew.ports.store import (
    RunStore as RunStore,
)
from netnew.ports.store import (
    SearchCache as SearchCache,
)
from netnew.ports.store import (
    Signal as Signal,
)
from netnew.ports.store import (
    Store as Store,
)
from netnew.ports.store import (
    UnitOfWork as UnitOfWork,
)
from netnew.ports.system import (
    Clock as Clock,
)
from netnew.ports.system import (
    Ids as Ids,
)
from netnew.ports.system import (
    RunQueue as RunQueue,
)

"""What a change of presence costs: written, beside a column of the searched profile; and told to all pages that show the expert.

Each of the pages shows 24 of the experts who change, so that every change is told to many of them. The pages are members', on
a server of their own; what changes, changes by another process, and comes through Redis.
"""

import asyncio
import random
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from statistics import median

from django.conf import settings
from django.db.models import Model

from bench import PROFILES, ROUNDS, cpu, crowd, sites, size
from bench.million import Directory, filled, filled_on_sqlite
from bench.presence_changes import AHEAD, BATCH
from bench.programs import Program
from bench.report import Goal, Row, compare
from bench.servers import Server
from bench.wires import Wire, allow_many_files, together
from marketplace.accounts.models import User
from marketplace.experts.models import Presence, Profile
from marketplace.search.matching import FTS_TABLE
from tests.harness.servers import redis
from tests.journeys.site import Site

FLIP = Goal("presence: flip / flip on the indexed profile row", 0.1)
FLIP_ON_SQLITE = Goal("presence: flip / flip on the indexed profile row, 100,000 on SQLite", FLIP.goal)
REACHES = Goal("presence: seconds until a change is on the last of 2,000 pages, at 1,000 changes a second", 2)
GROWS = Goal("presence: CPU per delivered change with 100,000 experts / with 1,000", 1.15)
PAGES, CARDS = size(2_000, small=5), 24
CHANGING = size(1_000, small=200)  # experts who do, and who are shown
FEW, MANY = size(1_000, small=200), size(100_000, small=400)
BATCHES_A_ROUND, BATCHES_A_S = size(10, small=2), 5  # of BATCH changes: 1,000 a second
SEARCHED = min(PROFILES, size(100_000, small=200))  # in a million, whose state flips
FLIPS = size(1_500, small=20)  # in a round
SETTLED_S = 1.0  # without news: all is told
FLIPPED = "state = CASE state WHEN 'free' THEN 'busy' ELSE 'free' END"
MICRO = 1e6
TOLD = re.compile(r'"back_at": (\d+)')


class Page(Wire):
    """Knows how many changes it was told of, and how late the latest of them came."""

    changes, heard_at, longest_s = 0, 0.0, 0.0

    def hear(self, text: str) -> None:
        now = time.time() + AHEAD.total_seconds()
        for made_ms in TOLD.findall(text):
            self.changes += 1
            self.longest_s = max(self.longest_s, now - int(made_ms) / 1_000)
        self.heard_at = time.monotonic()


@dataclass
class Side:
    pid: int
    pages: Sequence[Page]
    changer: Program
    cost_us: list[float] = field(default_factory=list)
    longest_s: list[float] = field(default_factory=list)

    async def round(self) -> None:
        for page in self.pages:
            page.changes, page.longest_s = 0, 0.0
        used, due = cpu.used_by_tree(self.pid), time.monotonic()
        for _ in range(BATCHES_A_ROUND):
            self.changer.order(1)
            await asyncio.to_thread(self.changer.result)
            due += 1 / BATCHES_A_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        while time.monotonic() - max(page.heard_at for page in self.pages) < SETTLED_S:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        told = sum(page.changes for page in self.pages)
        self.cost_us.append((cpu.used_by_tree(self.pid) - used) / told * MICRO)
        self.longest_s.append(max(page.longest_s for page in self.pages))
        if not all(page.is_open for page in self.pages):
            raise RuntimeError("a socket was closed")


def rows(server: Server) -> list[Row]:
    allow_many_files()
    people = crowd.gather(server, "presence", members=PAGES, pairs=1)
    few = server.copy_of("presence", "presence_few")
    many = server.copy_of("presence", "presence_many")
    first = {url: _more_experts(server, url, count) for url, count in ((few, FEW), (many, MANY))}
    flips = [_flip(filled(server)), _flip_on_sqlite(filled_on_sqlite(server))]
    return [*flips, *asyncio.run(_fan_out(server, people, first))]


def _more_experts(server: Server, url: str, count: int) -> int:
    """Copies of Bob, of his profile and his presence. The id of the first."""
    first = int(server.ask("SELECT max(id) + 1 FROM marketplace_user", url))
    last = first + count - 1
    bob = server.ask("SELECT user_id FROM marketplace_profile ORDER BY id LIMIT 1", url)
    of_number = {"id": "n", "email": "n || '@experts.test'", "slug": "'expert-' || n", "user_id": "n"}
    for model in (User, Profile, Presence):
        key = "id" if model is User else "user_id"
        server.ask(_copies(model, of_number, f"{key} = {bob}", first, last), url)
    server.ask("VACUUM ANALYZE", url)
    return first


def _copies(model: type[Model], of_number: dict[str, str], which: str, first: int, last: int) -> str:
    """With other numbers; a profile gets its own from the sequence."""
    table = model._meta.db_table
    mine = [one for one in model._meta.concrete_fields if not one.generated]
    names = [one.column for one in mine if model is not Profile or one.column != "id"]
    values = [of_number.get(name or "", f'"{name}"') for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} FROM {table}, generate_series({first}, {last}) n"
        f" WHERE {which}"
    )


def _flip(million: Directory) -> Row:
    """The database's CPU for the write alone: in our narrow row, and in search's own row with every index that this has."""
    _state_where_it_is_searched(million)
    ours, later, theirs = [], [], []
    for _ in range(ROUNDS):
        ours.append(_flips(million, "marketplace_presence"))
        later.append(_taken_in(million))
        theirs.append(_flips(million, "with_state"))
    million.server.ask("DROP TABLE with_state", million.url)
    note = f"{SEARCHED:,} rows there, {PROFILES:,} here; {median(later):.0f} us more until search has it, in batches"
    return compare(FLIP, ours=ours, theirs=theirs, peer="the state on search's row", unit="us of CPU a flip", note=note)


def _state_where_it_is_searched(million: Directory) -> None:
    million.server.ask(
        "CREATE TABLE with_state AS SELECT e.*, p.state FROM marketplace_entry e"
        f" JOIN marketplace_presence p ON p.user_id = e.user_id ORDER BY e.profile_id LIMIT {SEARCHED}",
        million.url,
    )
    for one in million.lines("SELECT indexdef FROM pg_indexes WHERE tablename = 'marketplace_entry'"):
        million.server.ask(re.sub(r"INDEX \S+ ON \S+", "INDEX ON with_state", one), million.url)
    million.server.ask("CREATE INDEX ON with_state (category_id, state, quality DESC, profile_id DESC)", million.url)
    million.server.ask("VACUUM ANALYZE with_state", million.url)


def _flips(million: Directory, table: str) -> float:
    """Each in a transaction of its own, as they come."""
    statement = f"""DO $$ DECLARE one bigint; BEGIN FOR number IN 1..{FLIPS} LOOP
        one := 1 + floor(random() * {SEARCHED});
        UPDATE {table} SET {FLIPPED} WHERE user_id = one;
        IF NOT FOUND THEN RAISE 'nobody has the number %', one; END IF;
        COMMIT;
    END LOOP; END $$"""
    before = million.used_s()
    million.server.ask(statement, million.url)
    return (million.used_s() - before) / FLIPS * MICRO


def _taken_in(million: Directory) -> float:
    """What is put off until search looks through who is here."""
    before = million.used_s()
    million.manage("shell", "-c", "from marketplace.search import here\nwhile here.take_in(): pass")
    return (million.used_s() - before) / FLIPS * MICRO


def _flip_on_sqlite(tenth: Directory) -> Row:
    """In a copy of the file, beside the state on the row of the words: FTS5 writes all of these anew."""
    assert tenth.file
    copy = tenth.server.folder / "flips.sqlite3"
    shutil.copyfile(tenth.file, copy)
    ours, plain, theirs = [], [], []
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        _states_on_sqlite(database)
        for _ in range(ROUNDS):
            ours.append(_flips_on_sqlite(database, "marketplace_presence", "user_id", tenth.profiles))
            plain.append(_flips_on_sqlite(database, "marketplace_entry", "user_id", tenth.profiles))
            theirs.append(_flips_on_sqlite(database, "with_state", "rowid", tenth.profiles))
    copy.unlink()
    note = f"{tenth.name}; with the state on the entry, which has no words on SQLite, {median(plain):.0f} us"
    peer = "the state on the row of the words"
    return compare(FLIP_ON_SQLITE, ours=ours, theirs=theirs, peer=peer, unit="us of CPU a flip", note=note)


def _states_on_sqlite(database: sqlite3.Connection) -> None:
    (words,) = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", [FTS_TABLE]).fetchone()
    with_state = words.replace(FTS_TABLE, "with_state").replace("weak,", "weak, state UNINDEXED,")
    database.executescript(f"""
        PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; -- as the site has it
        ALTER TABLE marketplace_entry ADD COLUMN state varchar(4) NOT NULL DEFAULT 'away';
        UPDATE marketplace_entry AS e SET state = p.state FROM marketplace_presence p WHERE p.user_id = e.user_id;
        CREATE INDEX entry_of_state ON marketplace_entry (category_id, state, quality DESC, profile_id DESC);
        {with_state};
        INSERT INTO with_state (rowid, strong, weak, state) SELECT e.user_id, s.strong, s.weak, e.state
            FROM marketplace_entry e JOIN {FTS_TABLE} s ON s.rowid = e.profile_id;
    """)


def _flips_on_sqlite(database: sqlite3.Connection, table: str, key: str, searched: int) -> float:
    before = time.process_time()
    for _ in range(FLIPS):
        one = random.randint(1, searched)
        if database.execute(f"UPDATE {table} SET {FLIPPED} WHERE {key} = ?", [one]).rowcount != 1:
            raise RuntimeError(f"nobody has the number {one}")
    return (time.process_time() - before) / FLIPS * MICRO


async def _fan_out(server: Server, people: crowd.Crowd, first: dict[str, int]) -> list[Row]:
    with ExitStack() as running:
        through = running.enter_context(redis())
        sides = [
            await _side(server, people, url, at, through, f"presence-{number}", running)
            for number, (url, at) in enumerate(first.items())
        ]
        for _ in range(ROUNDS):
            for side in sides:
                await side.round()
        few, many = sides
        return [_reaches_row(many), _grows_row(many, few)]


async def _side(
    server: Server, people: crowd.Crowd, url: str, first: int, through: str, name: str, running: ExitStack
) -> Side:
    environment = {"REDIS_URL": through}
    site = running.enter_context(sites.served(Site, url, server.folder / name, "--no-worker", **environment))
    pages = await together(_page(site, cookie, first) for cookie in people.members)
    command = [sys.executable, "-m", "bench.presence_changes", str(first), str(CHANGING)]
    changer = running.enter_context(Program(command, DATABASE_URL=url, **environment))
    return Side(sites.pid(site), pages, changer)


async def _page(site: Site, cookie: str, first: int) -> Page:
    page = await Page.open(
        site.url.replace("http", "ws", 1) + "/ws/page/",
        greeting='{"type": "rings"',
        relayed='{"type": "presence"',
        origin=site.url,
        cookie=f"{settings.SESSION_COOKIE_NAME}={cookie}",
    )
    shown = ",".join(map(str, random.sample(range(first, first + CHANGING), CARDS)))
    await page.socket.send(f'{{"type":"watch","experts":[{shown}]}}')
    await page.ready.wait()
    return page


def _reaches_row(side: Side) -> Row:
    return Row(
        name=REACHES.name,
        ratio=round(max(side.longest_s), 3),
        goal=REACHES.goal,
        better=REACHES.better,
        spread=(round(min(side.longest_s), 3), round(max(side.longest_s), 3)),
        peer=f"{PAGES:,} pages, each showing {CARDS} of {CHANGING:,} experts who change",
        ours=None,
        theirs=None,
        unit="s",
        note=f"{median(side.cost_us):.1f} us of CPU per delivered change; {BATCH * BATCHES_A_S:,} changes a second",
    )


def _grows_row(many: Side, few: Side) -> Row:
    return compare(
        GROWS, ours=many.cost_us, theirs=few.cost_us, peer="ourselves with 1,000", unit="us of CPU a delivered change"
    )

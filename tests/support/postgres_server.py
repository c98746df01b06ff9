"""A PostgreSQL of its own that people use: over TCP, on a port of its own, with users that have passwords."""
import subprocess

from colonies.postgres import SETTINGS, Postgres
from premises import PATIENCE, Premises
from redis_server import free_port

KEEPER, PASSWORD = "keeper", "a pass:word\\ with 'all'"


class PostgresServer(Postgres):
    """Its superuser comes by the socket; `KEEPER` by TCP, and may make databases."""
    SETTINGS = SETTINGS | {"listen_addresses": "127.0.0.1", "password_encryption": "scram-sha-256"}

    def __init__(self):
        self.PORT = free_port()
        super().__init__(Premises())
        (self.room / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        self.start()
        quoted = PASSWORD.replace("'", "''")
        self.sql(f"CREATE ROLE {KEEPER} LOGIN CREATEDB PASSWORD '{quoted}'")

    def psql(self, database="postgres"):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.socket_folder, "-p", str(self.PORT), "-U",
                self.USER, "-d", database]

    def sql(self, text, database="postgres"):
        done = subprocess.run(self.psql(database), input=text, capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout.strip()

    def make(self, database, rows=1000):
        """A database with rows of several kinds, which the keeper owns."""
        self.sql(f'CREATE DATABASE "{database}" OWNER {KEEPER}')
        self.sql(f"""
          SET ROLE {KEEPER};
          CREATE TABLE orders (id serial PRIMARY KEY, customer text NOT NULL, total numeric(12, 2), paid timestamptz, raw bytea,
                               tags text[], detail jsonb);
          INSERT INTO orders (customer, total, paid, raw, tags, detail)
          SELECT 'customer ' || n || E' ä\\n\\t\\\\', n * 1.01, '2026-01-01'::timestamptz + n * interval '1 hour',
                 decode(md5(n::text), 'hex'), CASE WHEN n % 3 = 0 THEN NULL ELSE ARRAY['a,b', n::text] END,
                 jsonb_build_object('n', n, 'null', NULL)
          FROM generate_series(1, {rows}) n;
          CREATE TABLE lines (id bigint PRIMARY KEY, order_id int REFERENCES orders, note text);
          INSERT INTO lines SELECT id * 10, id, NULL FROM orders;
          CREATE INDEX ON orders (customer);
          CREATE VIEW unpaid AS SELECT id FROM orders WHERE paid IS NULL;
        """, database)

    def rows(self, database):
        """All that is in it, for a comparison."""
        return self.sql("""SELECT o::text FROM orders o ORDER BY id; SELECT l::text FROM lines l ORDER BY id;
                           SELECT last_value FROM orders_id_seq; SELECT count(*) FROM unpaid;
                           SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef""", database)

    def databases(self):
        return set(self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate").split())

    def names(self, database="app"):
        """What upstream's users export."""
        return {"DB_HOST": "127.0.0.1", "DB_PORT": str(self.PORT), "DB_USER": KEEPER, "DB_PASSWORD": PASSWORD,
                "DB_DATABASE": database}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.premises.close()

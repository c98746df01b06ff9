"""A real Colonies installation for tests: PostgreSQL and one or two nodes of the server, on this machine alone.

    def setUpModule():
        global bed
        bed = unittest.enterModuleContext(ColonyBed())

One bed serves a whole program of tests, each test in a colony of its own (`bed.colony()`). `bed.server` and
`bed.postgres` can be stopped, killed and started again: ports and data stay."""
import functools

from authority import Authority
from colonies.api import id_of, new_key
from colonies.colony import Colony
from colonies.postgres import Postgres
from premises import Premises
from colonies.server import Server, free_ports
from fault_proxy import FaultProxy


class ColonyBed:
    def __init__(self, nodes=1, **settings):
        """The settings are those of `server.Settings`."""
        self.premises = Premises()
        try:
            self.owner_key = new_key()
            self.postgres = Postgres(self.premises)
            owner = (self.owner_key, id_of(self.owner_key))
            self.nodes = [Server(self.premises, self.postgres, owner, f"node{number}") for number in range(nodes)]
            for node in self.nodes:
                node.cluster = self.nodes
            self.start(**settings)
        except BaseException:
            self.close()
            raise

    @property
    def server(self):
        return self.nodes[0]

    def start(self, **settings):
        self.postgres.start()
        # Nodes of a cluster wait for each other. The first makes the tables.
        for node in self.nodes:
            node.launch(**settings)
        for node in self.nodes:
            node.await_health()

    def revive(self):
        """Whatever a test has done to the servers: they are up."""
        if not self.postgres.runs():
            self.postgres.start()
        ended = [node for node in self.nodes if not node.runs()]
        for node in ended:
            node.launch()
        for node in self.nodes:
            node.resume()
            node.await_health()

    def colony(self, through=None):
        """A new one, with a user; its clients come through the server's own door, or through a proxy."""
        return Colony(self, through or self.server)

    def proxy(self, tls=False, to=None):
        """A FaultProxy in front of the server, or of that node."""
        return FaultProxy((to or self.server).port, free_ports(1)[0], self.authority if tls else None)

    @functools.cached_property
    def authority(self):
        return Authority(self.premises.room("authority"))

    def logs(self):
        return self.premises.logs()

    def close(self):
        self.premises.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

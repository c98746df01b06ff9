"""What `./dev soak` can run: each campaign is a test of `./dev test` with more seeds and more rounds than that has time
for."""
import sys
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Campaign:
    title: str
    program: tuple  # of what is run; FORAGER and BUILD stand for the agent and the folder of test programs
    rounds: int  # by default
    batch: int  # rounds of one run
    round_is_seed: bool  # so that the next run begins with another one
    needs_bed: bool = False  # of test servers

    def argv(self, forager, build):
        return [str(part).replace("FORAGER", str(forager)).replace("BUILD", str(build)) for part in self.program]


def scenario(name, *more):
    return (sys.executable, "-B", TESTS / "scenarios" / f"{name}_test.py", "FORAGER", *more)


def integration(name):
    return (sys.executable, "-B", TESTS / "integration" / f"{name}_test.py", "FORAGER")


def at_size(size, name):
    return ("env", size, *integration(name))


def unit(name, *cases):
    return (f"BUILD/unit/unit_{name}", f"--test-case={','.join(cases)}")


CAMPAIGNS = {
    "store": Campaign("power cuts, torn, failed and full writes at every write of the store",
                      unit("store", "the power may go*", "a disk that refuses*"), 2_000, 100, True),
    "queue": Campaign("the queue and the scheduler simulated with memory for a store",
                      unit("sources_queue", "whenever the agent*"), 100_000, 10_000, True),
    "agent": Campaign("the whole agent simulated: deaths anywhere, bad disks, set clocks, cancellations, reloads",
                      unit("simulation", "whatever happens*"), 20_000, 500, True),
    "kills": Campaign("SIGKILL at random points of the real agent under load of every kind", scenario("kills"),
                      1_000, 100, False),
    "full": Campaign("the real agent on a disk that is full again and again", scenario("full"), 60, 20, False),
    "reloads": Campaign("scripts of the real agent loaded anew under load of every kind", scenario("reloads"), 1_000, 1_000,
                        False),
    "reconcile": Campaign("documents of replicas that are processes: replicas, who keeps them and what they say, all killed and "
                          "changed", scenario("reconcile_kills", "LocalKills"), 1_000, 50, False),
    "reconcile_docker": Campaign("the same with containers, whose engine is killed, too",
                                 scenario("reconcile_kills", "DockerKills"), 200, 20, False),
    "colony": Campaign("an executor of a real colony: server, database, network and agent fail, the history is checked",
                       integration("colony_faults"), 1_000, 50, False, needs_bed=True),
    "large": Campaign("a file of 10 GB to a colony and back, killed on its way and gone on with",
                      at_size("SIZE=10000000000", "colony_large"), 2, 1, True, needs_bed=True),
    "many": Campaign("two folders with 10,000 files that change, kept in line through a colony, killed again and again",
                     at_size("FILES=10000", "colony_many"), 5, 5, False, needs_bed=True),
    "clock": Campaign("the calendar's clock set under the real agent", scenario("clock", "BUILD/scenarios/libclock_shift.so"),
                      30, 10, False),
}

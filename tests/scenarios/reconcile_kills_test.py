#!/usr/bin/env python3
"""Replicas of documents that change, while replicas, those who keep them and the engine are killed again and again:
reconcile_kills_test.py FORAGER [LocalKills|DockerKills]. Long campaigns: `./dev soak reconcile`, `./dev soak reconcile_docker`."""
import pathlib
import random
import sys
import time
from collections import Counter

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from agent_world import PATIENCE, Scenario, main
from docker_engine import DockerEngine
from reconcile_world import DockerWorld, LocalWorld, Serving, Watching, content, kill, parent
from soak import Soak

STORY = 5  # rounds from the first word of the documents to their deletion
PATIENT_DEATHS = 3  # after more of them in one life, who keeps the replicas waits so long that the campaign would wait, too


class Kills:
    """A round is some disturbances, and peace after them."""

    most_replicas = 5
    pause = 0.3  # seconds between two disturbances, at most
    heard = 6  # within so many seconds; who hears nothing looks every half a minute

    def tell_all(self, soak):
        for what, count in self.seen.items():
            soak.tell(count, what)
        soak.tell(soak.rounds, "times at peace")
        print(f"the longest way to peace took {self.longest:.1f} s", file=sys.stderr)

    def go(self, soak):
        self.chance, self.seen, self.longest, self.deaths = random.Random(soak.seed), Counter(), 0, 0
        self.is_known = False  # what is wanted, to who keeps it
        with soak:
            self.invite_strangers()
            for number in range(soak.rounds):
                if number % STORY == 0:
                    self.begin_story()
                self.disturb()
                self.calm_down()
                self.longest = max(self.longest, seconds := self.await_peace())
                if self.deaths <= 1:  # more of them may be a crash loop, which is told and waited for
                    self.assertLess(seconds, self.heard, f"it was not heard of at once: {self.done}\n{self.about()}")
                self.assert_strangers_untouched()
                if number % STORY == STORY - 1 or number == soak.rounds - 1:
                    self.end_story()
            self.send_strangers_home()
            self.tell_all(soak)

    def begin_story(self):
        self.keeper = self.chance.choice((Watching, Serving))(self)
        self.seen[f"stories of {self.keeper.name}"] += 1
        for wish in self.wishes.values():
            self.scale(wish)
        self.begin_again()
        self.is_known = False
        self.calm_down()

    def end_story(self):
        self.assert_still()
        self.keeper.finish()
        self.until(lambda: not self.leftovers(), "nothing to be left")
        self.assert_nothing_left()
        self.assert_strangers_untouched()

    def disturb(self):
        self.done = []
        for _ in range(self.chance.randint(1, 4)):
            wish, disturbance = self.chance.choice(list(self.wishes.values())), self.disturbance()
            self.done.append(f"{disturbance.__name__} {wish.name}")
            disturbance(wish)
            self.wait()

    def disturbance(self):
        kinds = self.disturbances() if self.deaths <= PATIENT_DEATHS else {self.kill_keeper: 1}
        return self.chance.choices([*kinds], kinds.values())[0]

    def disturbances(self):
        return {self.kill_replica: 4, self.kill_all: 1, self.kill_keeper: 4, self.change_scale: 3, self.change_form: 3,
                self.delete: 1, self.begin_rival_of: 1, self.write_nonsense: 1}

    def wait(self):
        """For nothing: the moment is what is tried."""
        time.sleep(self.chance.uniform(0, self.pause))

    def calm_down(self):
        """Who has heard of all that is wanted is told nothing: what has died must be enough of a reason."""
        self.end_rivals()
        if not self.is_known:
            self.write()
        self.keeper.ensure()
        if not self.is_known:
            self.until(self.keeper.apply, "the documents to be taken")
        self.is_known = True

    # Disturbances

    def kill_replica(self, wish):
        processes = self.family_of(wish).first
        if processes:
            self.end_one(wish, self.chance.choice(sorted(processes)))
            self.count_deaths("replicas killed", 1)

    def kill_all(self, wish):
        for process in self.family_of(wish).first:
            kill(process)
        self.count_deaths("times all replicas killed")

    def end_one(self, wish, process):
        kill(process)

    def count_deaths(self, what, count=PATIENT_DEATHS):
        """So many at the most: deaths that are seen together count as one."""
        self.seen[what] += 1
        self.deaths += count

    def kill_keeper(self, _):
        self.keeper.end()
        self.seen["kills of who keeps them"] += 1
        self.wait()
        self.begin_again()

    def begin_again(self):
        self.deaths = 0
        self.keeper.begin()

    def scale(self, wish):
        wish.replicas = self.chance.randint(0, self.most_replicas)

    def change_scale(self, wish):
        self.scale(wish)
        self.change()

    def change_form(self, wish):
        wish.form += 1
        self.change()

    def change(self):
        self.write()
        self.is_known = self.keeper.apply()
        self.seen["changes"] += 1

    def delete(self, _):
        """Sometimes not to its end: then they are wanted again while some of them are going."""
        self.end_rivals()  # they would make them anew
        self.is_known = False
        deletion = self.keeper.delete()
        if self.chance.random() < 0.5:
            self.wait()
            self.kill_process(deletion)
        if deletion.wait(PATIENCE) == 0:
            self.assert_nothing_left()
        self.seen["deletions"] += 1
        if self.chance.random() < 0.5:
            self.kill_keeper(None)
        else:
            self.keeper.ensure()

    def begin_rival_of(self, _):
        self.begin_rival()
        self.seen["rivals"] += 1

    def write_nonsense(self, _):
        self.write('{"kind": "Executor')
        self.is_known = False
        self.seen["files that are no documents"] += 1


class LocalKills(Kills, LocalWorld, Scenario):
    def end_one(self, wish, process):
        """It, who keeps it, or both: whatever is left of it must go."""
        kept_by = parent(process)
        is_kept = b"--keep-a-replica" in content(pathlib.Path(f"/proc/{kept_by}/cmdline"))
        victims = self.chance.choice(("first", "first", "keeper", "both"))
        if victims != "first" and is_kept:
            kill(kept_by)
        if victims != "keeper" or not is_kept:
            kill(process)

    def test_replicas_are_as_the_documents_say_whatever_is_killed(self):
        self.go(Soak("reconcile", rounds=8))


class DockerKills(Kills, DockerWorld, Scenario):
    most_replicas = 4
    pause = 1
    heard = 20

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        DockerWorld.engine = cls.enterClassContext(DockerEngine())

    def disturbances(self):
        return {**super().disturbances(), self.kill_engine: 1}

    def end_one(self, wish, process):
        names = sorted(self.containers_of(wish))
        means = self.chance.choice(("signal", "kill", "remove"))
        if means == "signal" or not names:
            return kill(process)
        words = ("kill",) if means == "kill" else ("rm", "--force")
        return self.engine.docker(*words, self.chance.choice(names), check=False)  # it may be gone by itself

    def kill_engine(self, _):
        self.engine.kill()
        self.wait()
        self.engine.revive()
        self.wake_strangers()
        self.count_deaths("kills of the engine")

    def test_replicas_are_as_the_documents_say_whatever_is_killed(self):
        self.go(Soak("reconcile_docker", rounds=10))


if __name__ == "__main__":
    main()

"""What a campaign is told and tells: which seed, how many rounds, and how much it has seen. `./dev soak` sets and reads
it; in `./dev test` a campaign is as long as it says itself."""
import os


class Soak:
    def __init__(self, campaign, rounds):
        self.campaign = campaign
        self.seed = int(os.environ.get("FORAGER_SOAK_SEED", 1))
        self.rounds = int(os.environ.get("FORAGER_SOAK_ROUNDS", rounds))

    def tell(self, count, what):
        """So many were seen, besides what was told before."""
        if path := os.environ.get("FORAGER_SOAK_COUNTS"):
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{count} {what}\n")

    def __enter__(self):
        return self

    def __exit__(self, _, error, __):
        """A failure says how to have it once more, as far as other processes do the same again."""
        if error:
            error.add_note(f"to repeat it: ./dev soak {self.campaign} --seed {self.seed} --rounds {self.rounds}")

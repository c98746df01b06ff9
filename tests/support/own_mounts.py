"""Programs of tests that mount something: each in a mount namespace of its own, with which all of it goes."""
import os
import subprocess
import sys

SKIPPED = 77  # for Meson; for a campaign it is a failure: what was not tried is not told as fine
OWN_MOUNTS = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


def in_own_mounts(main):
    """Runs `main` there, in this program begun again; where that is not allowed, says so and ends the program."""
    if os.environ.get("FORAGER_OWN_MOUNTS"):
        main()
    elif subprocess.run([*OWN_MOUNTS, "true"], check=False, capture_output=True).returncode != 0:
        print("no mount namespace is to be had here: nothing tried")
        sys.exit(SKIPPED)
    else:
        os.environ["FORAGER_OWN_MOUNTS"] = "yes"
        os.execvp(OWN_MOUNTS[0], [*OWN_MOUNTS, sys.executable, "-B", *sys.argv])


def small_disk(test, folder, megabytes):
    """A file system of so many megabytes at the folder, until the test is over."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "none", folder], check=True)
    test.addCleanup(subprocess.run, ["umount", "--lazy", folder], check=True)


def fill(ballast):
    """A file that takes all the room there is."""
    with open(ballast, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue

"""Where the programs are that `./dev` has made, or Debian has."""
import os
import pathlib
import re
import sys

from premises import BedError

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "forager"


def version(name, pattern):
    """As it is pinned in a file of this folder."""
    return re.search(pattern, pathlib.Path(__file__).with_name(name).read_text())[1]


def made(folder):
    path = CACHE / folder
    if not path.is_dir():
        raise BedError(f"{path} is not there: `./dev test integration` makes it")
    return path


def colonies():
    """The server and the command line: one program."""
    return made("colonies-" + version("go.mod", r"github\.com/colonyos/colonies v([\d.]+)")) / "colonies"


def pycolonies():
    """The folder of that client and all that it needs."""
    wanted = version("pycolonies.txt", r"(?m)^pycolonies==([\d.]+)")
    return made(f"pycolonies-{wanted}-{sys.implementation.cache_tag}")


def use_pycolonies():
    """Lets `import pycolonies` and `import crypto` find it; last, since its modules have everybody's names."""
    path = str(pycolonies())
    if path not in sys.path:
        sys.path.append(path)


def postgres():
    """The folder of the server's programs, of the newest version."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise BedError("there is no initdb below /usr/lib/postgresql: install Debian's package postgresql")
    return found[-1].parent

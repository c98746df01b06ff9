"""What `meson install` lays, in a folder of its own. Used by tests/packaging."""
import pathlib
import subprocess
import tempfile


def install(build, case):
    """The folder that stands for the machine's root; gone when the test case (or class) is over."""
    folder = tempfile.TemporaryDirectory()
    case.addCleanup(folder.cleanup) if not isinstance(case, type) else case.addClassCleanup(folder.cleanup)
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", folder.name], check=True,
                   stdout=subprocess.DEVNULL, timeout=240)
    return pathlib.Path(folder.name)


def below(root, path):
    """A path of the machine, in that folder."""
    return root / pathlib.Path(path).relative_to("/")


def only(root, name):
    """The one file of this name, wherever it was laid."""
    (path,) = root.rglob(name)
    return path

"""The process: a new interpreter that runs one request, or a nursery.

A socket in the place of stdin makes it a nursery, which has all loaded and forks a child for each request. The child has
everything as a new interpreter has it, and goes on like one. What is said over the socket, and what may not be left to a
fork: docs/decisions/0034-warm-python.md.
"""
import gc
import stat


class Nursery:
    """`children` returns in each child, and never in the nursery itself."""

    MOST_CHILDREN = 250  # then it is worn: whatever might gather does not gather for ever
    MOST_DESCRIPTORS = 6

    def __init__(self):
        modules = set(sys.modules)  # of a new interpreter
        import _socket
        self.link = _socket.socket(fileno=0)
        self.room = _socket.CMSG_SPACE(self.MOST_DESCRIPTORS * 4)
        self.looked_at = what_a_start_looks_at()
        self.seen = self.look()
        self.variables = Variables()
        self.borne = 0
        if threads() > 1:
            os._exit(1)  # a fork would not have those that a start makes
        self.quiet = not finalizer_among(gc.get_objects(), classes=False) and not any(
            name.startswith("PYTHON") for name in os.environ)
        self.own = set(sys.modules) - modules
        gc.freeze()

    def children(self):
        while True:
            request, more, _, _ = self.link.recvmsg(5, self.room)
            if request[:1] == b"c":
                self.answer(os.waitpid(number_in(request[1:]), 0)[1])
            elif request[:1] != b"b":
                os._exit(0)  # the agent is gone
            elif self.bear([number_in(data[at:at + 4]) for _, _, data in more for at in range(0, len(data), 4)]):
                return

    def bear(self, descriptors):
        worn = self.borne == self.MOST_CHILDREN or self.look() != self.seen
        try:
            child = 0 if worn else os.fork()
        except OSError as error:
            child = -error.errno
        if child == 0 and not worn:
            self.become(descriptors)
            return True
        for descriptor in descriptors:
            os.close(descriptor)
        self.borne += 1
        self.answer(child)
        return False

    def become(self, descriptors):
        folder, environment, *own = descriptors
        self.link.detach()
        os.setsid()
        os.fchdir(folder)
        self.variables.take(environment)
        for number, descriptor in enumerate(own):
            os.dup2(descriptor, number)
        os.closerange(len(own), max(descriptors) + 1)
        for name in self.own:
            del sys.modules[name]

    def answer(self, number):
        self.link.send(number.to_bytes(4, sys.byteorder, signed=True))

    def look(self):
        return [state_of(path) for path in self.looked_at]

    def end(self):
        """Of a child that has done its work: at once, where nobody can tell that from an end in all its length, which
        costs more than the rest of a short call."""
        if self.quiet and self.ends_unseen():
            os._exit(0)
        gc.unfreeze()

    def ends_unseen(self):
        import atexit
        threading = sys.modules.get("threading")
        if threads() > 1 or atexit._ncallbacks() or getattr(threading, "_threading_atexits", None):
            return False
        if sys.stdout is not sys.__stdout__ or sys.stderr is not sys.__stderr__:
            return False
        objects = gc.get_objects()  # all that have come since the freeze
        return len(objects) <= MOST_OBJECTS and not finalizer_among(objects) and not other_module_among(objects)


MOST_OBJECTS = 50_000  # to look through; with more, the end is a small part of the call

# Modules in C whose objects end without a trace, or have finalizers that are seen.
HARMLESS = {"_bisect", "_blake2", "_bz2", "_collections", "_contextvars", "_csv", "_datetime", "_decimal", "_functools",
            "_hashlib", "_heapq", "_json", "_locale", "_lzma", "_md5", "_opcode", "_operator", "_pickle",
            "_posixsubprocess", "_random", "_sha1", "_sha2", "_sha256", "_sha3", "_sha512", "_socket", "_stat",
            "_statistics", "_string", "_struct", "_typing", "_uuid", "_zoneinfo", "array", "atexit", "binascii",
            "cmath", "errno", "fcntl", "grp", "itertools", "math", "pwd", "resource", "select", "time", "unicodedata",
            "zlib"}


def other_module_among(objects):
    for one in objects:
        if issubclass(type(one), types.ModuleType) and not is_harmless(one):
            return True
    return False


def is_harmless(module):
    if type(module) is not types.ModuleType:
        return False
    spec = vars(module).get("__spec__")
    if spec is None:
        return module is sys.modules.get(MODULE)
    loader = spec.loader if isinstance(spec.loader, type) else type(spec.loader)
    if loader.__name__ in ("SourceFileLoader", "FrozenImporter"):
        return True
    return loader.__name__ in ("ExtensionFileLoader", "BuiltinImporter") and spec.name in HARMLESS


def finalizer_among(objects, classes=True):
    """Whether the end of one of them runs code: of generators, files, whatever has `__del__`, classes of such, and what a
    weak reference watches. Runs nothing of theirs to find out."""
    import _weakref
    own = {id(one) for one in streams()}
    known = {}
    for one in objects:
        kind = type(one)
        if kind not in known:
            known[kind] = has_finalizer(kind), issubclass(kind, type), issubclass(kind, _weakref.ref)
        final, is_class, is_reference = known[kind]
        if final and id(one) not in own:
            return True
        if classes and is_class and has_finalizer(one):
            return True
        if classes and is_reference and not is_own_callback(_weakref.ref.__callback__.__get__(one)):
            return True
    return False


def has_finalizer(kind):
    for base in type.__dict__["__mro__"].__get__(kind):
        if "__del__" in type.__dict__["__dict__"].__get__(base):
            return True
    return False


def is_own_callback(callback):
    """None, or that of the interpreter's abstract classes."""
    return callback is None or type(callback) is types.BuiltinFunctionType and (
        callback.__name__ == "_destroy" and callback.__module__ is None)


def streams():
    """Those that the interpreter has made, and what this file puts in the place of stdin."""
    import _io
    found = []
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__, sys.stdin):
        buffer = stream.buffer if type(stream) is _io.TextIOWrapper else None
        raw = buffer.raw if type(buffer) in (_io.BufferedReader, _io.BufferedWriter) else buffer
        if type(raw) is _io.FileIO and not raw.closefd:
            found += [stream, buffer, raw]
    return found


def threads():
    return len(os.listdir("/proc/self/task"))


def number_in(data):
    return int.from_bytes(data, sys.byteorder, signed=True)


def what_a_start_looks_at():
    """Files and folders that make another interpreter of this when they change."""
    site = sys.modules.get("site")
    folders = [path for path in sys.path if path] + [getattr(site, "USER_SITE", None) or sys.prefix]
    paths = [sys.executable, os.path.join(sys.prefix, "pyvenv.cfg"), *folders]
    paths += [os.path.join(folder, name) for folder in folders if os.path.isdir(folder)
              for name in os.listdir(folder) if name.endswith(".pth")]
    for name in ("sitecustomize", "usercustomize"):
        paths.append(getattr(sys.modules.get(name), "__file__", None) or sys.executable)
    return paths + what_a_chooser_looks_at()


def what_a_chooser_looks_at():
    """The same for scripts that choose among interpreters by the folder that they start in."""
    names = (".python-version", ".tool-versions")
    place = os.getcwd()
    folders = [place[:at] or os.sep for at, letter in enumerate(place) if letter == os.sep] + [place]
    return [os.path.join(folder, name) for folder in folders for name in names] + [
        os.path.join(os.environ.get("PYENV_ROOT", os.sep), "version")]


def state_of(path):
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_dev, state.st_ino, state.st_mtime_ns, state.st_size


class Variables:
    """What a start makes of the environment that it finds, for environments that it has not found."""

    def __init__(self):
        import posix
        self.found = posix.environ  # as the interpreter saw it, in the order of the process
        with open("/proc/self/environ", "rb") as file:
            given = variables_in(file.read())
        self.by_interpreter = changes(given, self.found)
        self.by_code = changes(self.found, dict(os.environb))

    def take(self, descriptor):
        """Nothing in it: what there is stays."""
        with open(descriptor, "rb", closefd=False) as file:
            given = variables_in(file.read())
        if not given:
            return
        apply(self.by_interpreter, given)
        self.found.clear()
        self.found.update(given)
        apply(self.by_code, given)
        os.environb.clear()
        os.environb.update(given)


def variables_in(data):
    return {name: value for name, mark, value in (entry.partition(b"=") for entry in data.split(b"\0")) if name and mark}


def changes(before, after):
    """Names and new values; None: it is gone."""
    return [(name, value) for name, value in after.items() if before.get(name) != value] + [
        (name, None) for name in before if name not in after]


def apply(changed, variables):
    for name, value in changed:
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value


def main():
    nursery = Nursery() if stat.S_ISSOCK(os.fstat(0).st_mode) else None
    if nursery:
        nursery.children()
    request = json.loads(sys.stdin.buffer.read())
    if "socket" in request:
        give_stdin_to_the_user()
        run_session(request)
    else:
        run_once(request)
    if nursery:
        nursery.end()


main()

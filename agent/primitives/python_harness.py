"""Runs a user's code on behalf of the agent.

The request is JSON on stdin: code or file, call, args, kwargs, ctx. The reply is JSON on descriptor 3, one of
  {"outputs": [...]}
  {"failure": {"code", "message", "where", "traceback", "python_type"}}
  {"exit": status, "text": ...}
Bytes are {"$base64": "..."} in both directions. stdin, stdout and stderr belong to the user's code.

A session stays: stdin names a local socket, on which each line is a request with env beside the rest, and each answer
one line. What one request defines is there for the next. Before the answer, a line with the session's mark ends what
was printed on stdout and on stderr. An answer beyond `most` bytes is {"too_large": true}.

How it begins and ends: python_process.py, which is put behind this.
"""
import sys

# What stands in the folder that this starts in, a json.py say, is the user's code's alone.
FIRST = [sys.path.pop(0)] if sys.path[:1] == [""] else []
import base64
import json
import linecache
import numbers
import os
import sysconfig
import traceback
import types

sys.path[:0] = FIRST

MODULE = "__forager__"
DEEPEST = 100
MARK = "$base64"


class NotData(Exception):
    """A result that cannot travel."""


class Refused(Exception):
    """A request that cannot be done, with a code and a sentence."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def decoded(value):
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {MARK} and isinstance(value[MARK], str):
        return base64.b64decode(value[MARK])
    return {decoded_key(key): decoded(item) for key, item in value.items()}


def decoded_key(key):
    if not key.startswith(MARK + ":"):
        return key
    return base64.b64decode(key[len(MARK) + 1:])


def encoded(value, path="result", depth=0):
    if depth > DEEPEST:
        raise NotData(f"{path} is nested too deeply, or contains itself")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, of_numpy("ndarray")):
        return encoded_array(value, path, depth)
    if isinstance(value, of_numpy("bool_")):
        return bool(value)
    if isinstance(value, str):
        return encoded_text(value, path)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {MARK: base64.b64encode(bytes(value)).decode("ascii")}
    if isinstance(value, numbers.Integral):
        return encoded_integer(int(value), path)
    if isinstance(value, numbers.Real):
        return encoded_number(float(value), path)
    if isinstance(value, (list, tuple)):
        return [encoded(item, f"{path}[{place}]", depth + 1) for place, item in enumerate(value)]
    if isinstance(value, dict):
        return {encoded_key(key, path): encoded(item, f"{path}[{key!r}]", depth + 1) for key, item in value.items()}
    raise NotData(f"{path} is of type {type(value).__name__}, which is not data: "
                  "give back None, bool, int, float, str, bytes, a list or a dict")


def of_numpy(name):
    """A type of numpy's, for isinstance; nothing is one where numpy is not in use."""
    return getattr(sys.modules.get("numpy"), name, ())


def encoded_array(array, path, depth):
    """A list, in the depth of the array's dimensions."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind in "mM":
        raise NotData(f"{path} is an array of {array.dtype}, which is not data: give it back as text or numbers")
    data = array.tolist()
    if kind in "bi" or kind == "f" and size <= 8 and of_numpy("isfinite")(array).all():
        return data  # there is nothing to be found in it
    return encoded(data, path, depth)


def encoded_text(text, path):
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        pass
    try:
        # Bytes that came in as text, such as the name of a file.
        return {MARK: base64.b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")}
    except UnicodeEncodeError:
        raise NotData(f"{path} is a str with half a character (a lone surrogate)") from None


def encoded_integer(number, path):
    if not -2**63 <= number < 2**63:
        raise NotData(f"{path} is an int that does not fit into 64 bits: give it back as str")
    return number


def encoded_number(number, path):
    if number != number or number in (float("inf"), float("-inf")):
        raise NotData(f"{path} is a float without a value ({number})")
    return number


def encoded_key(key, path):
    if not isinstance(key, str):
        raise NotData(f"{path} has the key {key!r} of type {type(key).__name__}: keys must be of type str")
    return key


def new_module():
    module = types.ModuleType(MODULE)
    sys.modules[MODULE] = module
    return module


def load(request, module, name):
    """Runs the user's code in the module, under the name that it has in tracebacks; gives what it has defined."""
    source = read(name) if request["file"] else request["code"]
    if not request["file"]:
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    sys.argv = [name]
    if request["file"]:
        module.__file__ = name
        sys.path[0] = os.path.dirname(os.path.abspath(name))
    code = compile(source, name, "exec", dont_inherit=True)
    exec(code, module.__dict__)
    return code


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Refused("not_found", f"the Python file '{path}' cannot be read: {error.strerror}") from None


def function_of(module, name):
    function = getattr(module, name, None)
    if callable(function):
        return function
    if function is not None:
        raise Refused("bad_arguments", f"'{name}' of the Python code is no function, but of type "
                                       f"{type(function).__name__}")
    known = functions_of(module)
    there = "it defines " + ", ".join(known) if known else "it defines none"
    raise Refused("not_found", f"the Python code has no function '{name}': {there}")


def functions_of(module):
    return [name for name, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", None) == MODULE and not name.startswith("_")]


def stored_by(code):
    """The names that the code itself gives a value to, whatever was there before."""
    import dis
    return {one.argval for one in dis.get_instructions(code) if one.opname in ("STORE_NAME", "STORE_GLOBAL")}


def name_to_call(module, call, fresh):
    """"*" is the only function that the code defines; nothing where it has a result instead."""
    if call != "*":
        return call
    known = [name for name in functions_of(module) if fresh is None or name in fresh]
    if has_result(module, fresh) or not known:
        return ""
    if len(known) > 1:
        raise Refused("bad_arguments", "the Python code defines several functions: say which one to call, "
                                       + ", ".join(known))
    return known[0]


def keywords_for(function, request):
    keywords = decoded(request["kwargs"])
    if request["ctx"] is not None and takes(function, "ctx"):
        keywords.setdefault("ctx", decoded(request["ctx"]))
    return keywords


def takes(function, name):
    import inspect
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters or any(one.kind is one.VAR_KEYWORD for one in parameters.values())


def lacks_arguments(function, request):
    import inspect
    if request["args"] or request["kwargs"]:
        return False
    try:
        inspect.signature(function).bind(**keywords_for(function, request))
    except TypeError:
        return True
    except ValueError:
        pass  # its parameters are not known
    return False


def has_result(module, fresh):
    return hasattr(module, "result") and (fresh is None or "result" in fresh)


def value_of(module, request, fresh=None):
    name = name_to_call(module, request["call"], fresh)
    if not name:
        return module.result if has_result(module, fresh) else None
    function = function_of(module, name)
    if fresh is not None and request["call"] == "*" and lacks_arguments(function, request):
        return None  # in a session it may be there for later calls
    value = function(*decoded(request["args"]), **keywords_for(function, request))
    if isinstance(value, types.CoroutineType):
        import asyncio
        value = asyncio.run(value)
    return value


def outputs_of(value):
    if value is None:
        return []
    if isinstance(value, tuple):
        return [encoded(item, f"result[{place}]") for place, item in enumerate(value)]
    return [encoded(value)]


def text_of(error):
    try:
        return error.msg if isinstance(error, SyntaxError) and error.msg else str(error)
    except BaseException:
        return ""


def type_of(error):
    kind = type(error)
    if kind.__module__ in ("builtins", MODULE):
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def user_part(trace):
    """The traceback from the first frame that is not of this file."""
    while trace is not None and trace.tb_frame.f_globals is globals():
        trace = trace.tb_next
    return trace


def place_of(error, trace):
    if trace is None and isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    paths = sysconfig.get_paths()
    foreign = ("<frozen",) + tuple(paths[kind] + os.sep for kind in ("stdlib", "platstdlib", "purelib", "platlib"))
    places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)]
    own = [place for place in places if not place[0].startswith(foreign)] or places
    return f"{own[-1][0]}:{own[-1][1]}" if own else ""


def failure_of(error):
    trace = user_part(error.__traceback__)
    text = text_of(error)
    name = type(error).__name__
    return {
        "code": "script",
        "message": f"{name}: {text}" if text else name,
        "where": place_of(error, trace),
        "traceback": "".join(traceback.format_exception(type(error), error, trace)).rstrip("\n"),
        "python_type": type_of(error),
    }


def exit_of(error):
    code = error.code
    if code is None or isinstance(code, int):
        return {"exit": int(code or 0) & 0xFF, "text": ""}
    return {"exit": 1, "text": str(code)}


def value_of_new(request):
    module = new_module()
    load(request, module, request["file"] or "<code>")
    return value_of(module, request)


def reply_with(value, *args):
    try:
        return {"outputs": outputs_of(value(*args))}
    except Refused as error:
        return {"failure": {"code": error.code, "message": str(error)}}
    except NotData as error:
        return {"failure": {"code": "bad_arguments", "message": str(error)}}
    except SystemExit as error:
        return exit_of(error)
    except BaseException as error:
        return {"failure": failure_of(error)}


def give_descriptors_to_the_user():
    os.set_inheritable(3, False)
    give_stdin_to_the_user()


def give_stdin_to_the_user():
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdin = open(0, closefd=False)


def send(reply):
    write_all(3, json.dumps(reply).encode("utf-8", "backslashreplace"))
    os.close(3)


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # the user's code may have closed or replaced it


def run_once(request):
    give_descriptors_to_the_user()
    reply = reply_with(value_of_new, request)
    flush()
    send(reply)


class Session:
    """The module that all requests of a session work in."""

    MOST_SOURCES = 64

    def __init__(self):
        self.module = new_module()
        self.names = {}  # of sources: functions that were defined long ago have their lines in tracebacks
        self.count = 0

    def value_of(self, request):
        before = self.enter(request["env"])
        try:
            if not request["code"]:
                return value_of(self.module, request)
            code = load(request, self.module, self.name_of(request["code"]))
            return value_of(self.module, request, stored_by(code))
        finally:
            self.leave(before)

    def name_of(self, source):
        if source not in self.names:
            if len(self.names) == self.MOST_SOURCES:
                linecache.cache.pop(self.names.pop(next(iter(self.names))), None)
            self.count += 1
            self.names[source] = "<code>" if self.count == 1 else f"<code {self.count}>"
        return self.names[source]

    @staticmethod
    def enter(env):
        """Sets the environment of one request; gives what has to be set again after it."""
        wanted = {}
        for name, value in decoded(env).items():
            wanted[as_str(name)] = as_str(value)
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        return before

    @staticmethod
    def leave(before):
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def as_str(text):
    return os.fsdecode(text) if isinstance(text, bytes) else text


def write_all(descriptor, data):
    data = memoryview(data)
    while data:
        data = data[os.write(descriptor, data):]


def run_session(start):
    import socket
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.connect(b"\0" + start["socket"].encode())
    requests = link.makefile("rb")
    prints = [os.dup(1), os.dup(2)]  # the user's code may put something else into their place
    session = Session()
    process = os.getpid()
    for line in requests:
        request = json.loads(line)
        reply = reply_with(session.value_of, request)
        flush()
        if os.getpid() != process:
            os._exit(0)  # a fork of the user's that has come back here
        for descriptor in prints:
            write_all(descriptor, f"\n{start['mark']}\n".encode())
        answer = json.dumps(reply).encode("utf-8", "backslashreplace")
        if len(answer) > start["most"]:
            answer = b'{"too_large": true}'
        link.sendall(answer + b"\n")

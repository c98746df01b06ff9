"""A proxy in front of an HTTP server, that does to connections, requests and replies what networks do.

It works in a thread of its own; its methods are called from the test's. Whatever was set holds until `heal`. What is
meant for requests waits for those that hold a text (`about`), like the name of a Colonies call, and is used up by them.
"""
import asyncio
import collections
import dataclasses
import socket
import struct
import threading
import time

from http_pipe import header, read_message

HOST = "127.0.0.1"
PATIENCE = 60  # seconds, for what takes a fraction of one when all is well
LIMIT = 64 * 1024 * 1024  # bytes of one head or one line


@dataclasses.dataclass
class Rule:
    act: str
    about: bytes
    times: int
    bytes: bytes = b""


class FaultProxy:
    def __init__(self, upstream, port, authority=None):
        """Between `port` and `upstream` of this machine. With an Authority the client's side speaks TLS."""
        self.upstream = upstream
        self.port = port
        self.authority = authority
        self.rules = []
        self.requests = collections.deque(maxlen=100000)  # bytes; the newest last
        self.connections = {}  # task: the writer to its client
        self.pause = 0.0
        self.held = 0  # requests, or replies to them, since all was well
        self.server = None
        self.loop = asyncio.new_event_loop()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.thread = threading.Thread(target=self.loop.run_forever, name="fault proxy", daemon=True)
        self.thread.start()
        self.run(self.listen())

    # From the test's thread

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def heal(self):
        """Everything passes again."""
        self.run(self.reopen())

    def refuse(self):
        """Nobody listens, and who is connected is cut off."""
        self.run(self.shut())

    def cut(self):
        """All connections are reset; new ones are welcome."""
        self.run(self.reset_all())

    def stall(self):
        """Connections stay and are accepted, but nothing passes any more, in either direction."""
        self.loop.call_soon_threadsafe(self.flowing.clear)

    def delay(self, seconds):
        """Each request and each reply is held for so long."""
        self.pause = seconds

    def drop_reply(self, about="", times=1):
        """The server gets the request and answers; the client gets a reset instead of the reply."""
        self.rules.append(Rule("drop reply", about.encode(), times))

    def duplicate(self, about="", times=1):
        """The server gets the request twice; the client gets the first reply."""
        self.rules.append(Rule("duplicate", about.encode(), times))

    def answer(self, reply, about="", times=1):
        """The client gets these bytes, whatever they are, and the end of the connection; the server gets nothing."""
        self.rules.append(Rule("answer", about.encode(), times, reply))

    def break_off(self, about="", times=1):
        """The server gets half of the request; then both ends of the connection are reset."""
        self.rules.append(Rule("break off", about.encode(), times))

    def hold(self, about="", times=1):
        """The request goes no further, and nobody answers it, until its client goes."""
        self.rules.append(Rule("hold", about.encode(), times))

    def hold_reply(self, about="", times=1):
        """The server gets the request and answers; the client hears nothing, until it goes."""
        self.rules.append(Rule("hold reply", about.encode(), times))

    def await_held(self, count=1):
        deadline = time.monotonic() + PATIENCE
        while self.held < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.held} of {count} requests are held")
            time.sleep(0.01)

    def count(self, about):
        """Requests so far that hold the text."""
        return sum(about.encode() in request for request in list(self.requests))

    def await_request(self, about, count=1):
        deadline = time.monotonic() + PATIENCE
        while self.count(about) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"of {count} requests about '{about}' came {self.count(about)}")
            time.sleep(0.01)

    def close(self):
        self.run(self.shut())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # In the proxy's thread

    async def listen(self):
        context = self.authority and self.authority.server_context()
        self.server = await asyncio.start_server(self.welcome, HOST, self.port, ssl=context, limit=LIMIT)

    async def reopen(self):
        self.rules.clear()
        self.pause = 0.0
        self.held = 0
        self.flowing.set()
        if not self.server:
            await self.listen()

    async def shut(self):
        if self.server:
            self.server.close()
            self.server = None
        await self.reset_all()

    async def reset_all(self):
        served = dict(self.connections)
        for task, writer in served.items():
            reset(writer)
            task.cancel()
        await asyncio.gather(*served, return_exceptions=True)

    def welcome(self, reader, writer):
        task = self.loop.create_task(self.serve(reader, writer))
        self.connections[task] = writer
        task.add_done_callback(self.connections.pop)

    async def serve(self, reader, writer):
        ends = [writer]
        try:
            server_reader, server_writer = await asyncio.open_connection(HOST, self.upstream, limit=LIMIT)
            ends.append(server_writer)
            while await self.exchange((reader, writer), (server_reader, server_writer)):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass  # either side has gone: so goes the other
        finally:
            for end in ends:
                end.close()

    async def exchange(self, client, server):
        """One request and its reply; says whether there may be another."""
        request = b"".join(await read_message(client[0]))
        self.requests.append(request)
        rule = self.take_rule(request)
        await self.gate()
        if rule and rule.act == "answer":
            return await give(client, rule.bytes)
        if rule and rule.act == "break off":
            return await break_off(request, client, server)
        if rule and rule.act == "hold":
            return await self.keep(client)
        replies = [await unless_gone(client[0], ask(request, *server))
                   for _ in range(2 if rule and rule.act == "duplicate" else 1)]
        await self.gate()
        if rule and rule.act == "hold reply":
            return await self.keep(client)
        if rule and rule.act == "drop reply":
            return reset(client[1])
        head, body = replies[0]
        await give(client, head + body)
        if head.startswith(b"HTTP/1.1 101"):
            return await self.tunnel(client, server)
        return header(head, b"connection") != b"close"

    async def keep(self, client):
        self.held += 1
        return await unless_gone(client[0], asyncio.Event().wait())

    def take_rule(self, request):
        for rule in self.rules:
            if rule.times > 0 and rule.about in request:
                rule.times -= 1
                return rule
        return None

    async def gate(self):
        await self.flowing.wait()
        await asyncio.sleep(self.pause)

    async def tunnel(self, client, server):
        """What comes after an upgrade; ends with the first side that ends."""
        await first_of(self.carry(client[0], server[1]), self.carry(server[0], client[1]))

    async def carry(self, reader, writer):
        while piece := await reader.read(65536):
            await self.gate()
            writer.write(piece)
            await writer.drain()


class BlindProxy(FaultProxy):
    """Passes bytes as they come, for TLS that goes through it and for replies without end: nothing can be meant for
    requests, which it does not see."""

    async def exchange(self, client, server):
        await self.tunnel(client, server)
        return False


async def give(client, reply):
    client[1].write(reply)
    await client[1].drain()


async def break_off(request, client, server):
    server[1].write(request[:len(request) // 2])
    await server[1].drain()
    for end in (server, client):
        reset(end[1])


async def ask(request, reader, writer):
    writer.write(request)
    await writer.drain()
    return await read_message(reader, bodiless=request.startswith(b"HEAD "))


async def unless_gone(reader, work):
    """A client that does not wait for its reply any more ends the work, as it would without a proxy."""
    async def gone():
        while not reader.at_eof() and not reader.exception():
            await asyncio.sleep(0.02)
        raise ConnectionResetError

    return await first_of(work, gone())


async def first_of(*works):
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def reset(writer):
    """The other side hears that the connection broke, not that it ended."""
    end = writer.get_extra_info("socket")
    if end.fileno() >= 0:  # otherwise it is over already
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()

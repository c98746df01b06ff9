"""HTTP/1.1 messages as bytes, from one stream to another: read whole, never changed."""


async def read_message(stream, bodiless=False):
    """Gives the head and the body; raises IncompleteReadError at the end of the stream."""
    head = await stream.readuntil(b"\r\n\r\n")
    if bodiless or head.startswith((b"HTTP/1.1 1", b"HTTP/1.1 204", b"HTTP/1.1 304")):
        return head, b""
    if header(head, b"transfer-encoding") == b"chunked":
        return head, await read_chunks(stream)
    return head, await stream.readexactly(int(header(head, b"content-length") or b"0"))


def header(head, name):
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip().lower()
    return None


async def read_chunks(stream):
    """As they came, with their sizes; without trailers, which nobody sends here."""
    body = b""
    while True:
        line = await stream.readuntil(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        body += line + await stream.readexactly(size + 2)
        if size == 0:
            return body

"""An executor in Python on pycolonies, as its documentation has one written: it asks for one process at a time with a
long poll, does it, and closes it. The environment names the server, the colony and the executor's key."""
from pycolonies import ColoniesConnectionError, colonies_client

PATIENCE = 10  # seconds of a long poll


def nothing(*_):
    return "done"


def main():
    server, colony, _, _, key = colonies_client()
    while True:
        try:
            process = server.assign(colony, PATIENCE, key)
        except ColoniesConnectionError as error:
            if "No process available" not in str(error):
                raise
            continue
        server.close(process.processid, [nothing(*process.spec.args)], key)


main()

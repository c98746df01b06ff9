"""What waits for work in Python: asyncio with a local socket, and a SQLite file that is open: idle.py FOLDER. Prints a
line when it waits."""
import asyncio
import sqlite3
import sys


async def main(folder):
    database = sqlite3.connect(f"{folder}/idle.db")
    database.execute("CREATE TABLE job (number INTEGER PRIMARY KEY)")
    async with await asyncio.start_unix_server(lambda _, writer: writer.close(), f"{folder}/socket"):
        print("waits", flush=True)
        await asyncio.Event().wait()


asyncio.run(main(sys.argv[1]))

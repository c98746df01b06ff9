"""Answers messages of a Redis server as redis-py has it: redis_echo.py PORT"""
import sys

import redis

client = redis.Redis(port=int(sys.argv[1]))
heard = client.pubsub(ignore_subscribe_messages=True)
heard.psubscribe("bench.*")
count = 0
for message in heard.listen():
    if message["channel"] == b"bench.count":
        count += 1
        if message["data"] == b"last":
            client.publish("answers", count)
            count = 0
    elif message["channel"] == b"bench.echo":
        client.publish("answers", message["data"])

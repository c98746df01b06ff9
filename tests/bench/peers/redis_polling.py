"""Answers messages of a Redis server, looking for one every half second: redis_polling.py PORT"""
import sys
import time

import redis

client = redis.Redis(port=int(sys.argv[1]))
heard = client.pubsub()
heard.psubscribe("bench.*")
while True:
    message = heard.get_message()
    if message and message["type"] == "pmessage" and message["channel"] == b"bench.echo":
        client.publish("answers", message["data"])
    time.sleep(0.5)

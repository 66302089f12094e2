"""Prints each alert as it comes, with the time at which it came."""

import argparse
import json
import time

from confluent_kafka import OFFSET_END, Consumer, TopicPartition

from wire_format import decode, from_folder

arguments = argparse.ArgumentParser()
arguments.add_argument("--brokers", required=True)
arguments.add_argument("--schemas", required=True, help="folder")
arguments.add_argument("--topic", required=True)
arguments.add_argument("--seconds", type=float, required=True)
options = arguments.parse_args()

schema_of = from_folder(options.schemas)
settings = {"bootstrap.servers": options.brokers, "group.id": "watch", "enable.auto.commit": False, "fetch.wait.max.ms": 100}
consumer = Consumer(settings)
partitions = consumer.list_topics(timeout=60).topics[options.topic].partitions
consumer.assign([TopicPartition(options.topic, partition, OFFSET_END) for partition in partitions])

until = time.monotonic() + options.seconds
while time.monotonic() < until:
    message = consumer.poll(0.5)
    if message is None or message.error():
        continue
    seen_at_us = time.time_ns() // 1000
    alert = decode(message.value(), schema_of)
    print(json.dumps({"state": alert["state"], "updatedAtUs": alert["updatedAtUs"], "seenAtUs": seen_at_us}), flush=True)
consumer.close()

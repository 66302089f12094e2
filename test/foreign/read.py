"""Reads messages of roadstream's topics as anybody else would, and prints each as a line of JSON."""

import argparse
import json
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from wire_format import decode, from_folder, from_registry

arguments = argparse.ArgumentParser()
arguments.add_argument("--brokers", required=True)
arguments.add_argument("--key", required=True, help="messages with another key are left alone")
arguments.add_argument("--schemas", help="folder")
arguments.add_argument("--registry", help="address")
arguments.add_argument("--within", type=float, default=120, help="seconds")
arguments.add_argument("topics", nargs="+", help="one message of each is read")
options = arguments.parse_args()

schema_of = from_registry(options.registry) if options.registry else from_folder(options.schemas)
consumer = Consumer({"bootstrap.servers": options.brokers, "group.id": "foreign", "enable.auto.commit": False})
known = consumer.list_topics(timeout=options.within).topics
consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for topic in options.topics for partition in known[topic].partitions])

wanted = set(options.topics)
give_up_at = time.monotonic() + options.within
while wanted:
    if time.monotonic() > give_up_at:
        sys.exit(f"no message with key {options.key} on {wanted}")
    message = consumer.poll(1)
    if message is None or message.key() != options.key.encode():
        continue
    if message.error():
        sys.exit(str(message.error()))
    value = decode(message.value(), schema_of)
    print(json.dumps({"topic": message.topic(), "value": value}, default=bytes.hex))
    wanted.discard(message.topic())
consumer.close()

"""Reads messages of roadstream's topics as anybody else would, and prints each as a line of JSON.

The schema is found by the id in the message: at a registry, or as <id>-<name>.avsc in a folder.
"""

import argparse
import io
import json
import struct
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from fastavro import parse_schema, schemaless_reader


def from_folder(folder):
    files = {int(file.name.split("-")[0]): file for file in Path(folder).glob("*.avsc")}
    return lambda schema_id: json.loads(files[schema_id].read_text())


def from_registry(url):
    def schema(schema_id):
        with urlopen(f"{url}/schemas/ids/{schema_id}", timeout=30) as response:
            return json.loads(json.load(response)["schema"])

    return schema


def decode(value):
    magic, schema_id = struct.unpack(">bI", value[:5])
    assert magic == 0, magic
    body = io.BytesIO(value[5:])
    message = schemaless_reader(body, parse_schema(schema_of(schema_id)), None)
    assert body.read() == b"", "bytes are left over"
    return message


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
    value = decode(message.value())
    print(json.dumps({"topic": message.topic(), "value": value}, default=bytes.hex))
    wanted.discard(message.topic())
consumer.close()

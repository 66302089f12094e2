"""Avro messages in Confluent's wire format. The schema is found by the id in the message: at a registry, or as <id>-<name>.avsc in a folder."""

import io
import json
import struct
from pathlib import Path
from urllib.request import urlopen

from fastavro import parse_schema, schemaless_reader


def from_folder(folder):
    files = {int(file.name.split("-")[0]): file for file in Path(folder).glob("*.avsc")}
    return lambda schema_id: json.loads(files[schema_id].read_text())


def from_registry(url):
    def schema(schema_id):
        with urlopen(f"{url}/schemas/ids/{schema_id}", timeout=30) as response:
            return json.loads(json.load(response)["schema"])

    return schema


def decode(value, schema_of):
    magic, schema_id = struct.unpack(">bI", value[:5])
    assert magic == 0, magic
    body = io.BytesIO(value[5:])
    message = schemaless_reader(body, parse_schema(schema_of(schema_id)), None)
    assert body.read() == b"", "bytes are left over"
    return message

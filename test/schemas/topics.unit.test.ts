import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streamKinds } from '../../schemas/messages.ts';
import { framesTopic, type TopicDefinition, topics } from '../../schemas/topics.ts';

const all: readonly TopicDefinition[] = Object.values(topics);
const megabyte = 1024 * 1024;

test('every topic has a name of its own, with its version', () => {
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { name } of all) assert.match(name, /^roadstream(\.[a-z]+)+\.v1$/);
});

test('every topic that is not compacted is bounded by time and by bytes, in segments small enough to be deleted', () => {
  for (const { name, cleanup, retentionMs, retentionBytes, segmentBytes } of all.filter((topic) => topic.cleanup === 'delete')) {
    assert.equal(cleanup, 'delete');
    assert.ok(retentionMs! > 0 && retentionBytes! > 0, name);
    assert.ok(segmentBytes! >= 16 * megabyte && segmentBytes! <= 64 * megabyte && segmentBytes! <= retentionBytes!, name);
  }
});

test('nothing acknowledged is lost of alerts, health and checkpoints', () => {
  for (const topic of [topics.alerts, topics.streams, topics.checkpoints]) assert.equal(topic.acks, 'all');
});

test('every kind of camera has a frame topic of its own', () => {
  assert.deepEqual(
    streamKinds.map((kind) => framesTopic(kind).name),
    streamKinds.map((kind) => `roadstream.frames.${kind}.v1`),
  );
});

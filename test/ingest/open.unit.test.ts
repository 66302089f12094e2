import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSource } from '../../ingest/sources/open.ts';
import type { RoadstreamError } from '../../schemas/errors.ts';

const open = (url: string) => openSource({ url, transport: 'tcp', loop: true }, { fileFolders: [] });

test('opens the schemes it knows, in any case, and shows them without credentials', () => {
  assert.equal(open('rtsp://user:secret@10.0.0.7/live').shown, 'rtsp://10.0.0.7/live');
  assert.equal(open(' RTSPS://10.0.0.7/live ').shown, 'RTSPS://10.0.0.7/live');
  assert.equal(open('file:clip.mp4').shown, 'file:clip.mp4');
  assert.equal(open('sim:car-to-car-braking').shown, 'sim:car-to-car-braking');
});

test('refuses every other scheme, naming those it accepts and no password', () => {
  for (const url of [
    'http://user:secret@host/a',
    'concat:a|b',
    '/etc/passwd',
    'ftp://host/secret',
    'pipe:0',
    'data:video/mp4;base64,AA',
    '',
    'user:secret@host',
  ])
    assert.throws(
      () => open(url),
      (thrown: RoadstreamError) => {
        assert.equal(thrown.code, 'SOURCE_SCHEME_REFUSED');
        assert.equal(thrown.retryable, false);
        assert.match(thrown.message, /rtsp:, rtsps:, file: or sim:/);
        return !thrown.message.includes('user:secret');
      },
    );
});

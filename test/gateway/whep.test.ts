import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WhepPlayer } from '../conformance/whep-player.ts';
import { encodeClip } from '../support/clip.ts';
import { eventually } from '../support/eventually.ts';
import { Camera } from './camera.ts';
import { runGateway } from './running-gateway.ts';

const sdp = { 'content-type': 'application/sdp' };

async function refusal(response: Response): Promise<[number, string, string]> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return [response.status, error.code, error.message];
}

test('an offer is answered with a session, which DELETE ends', async (t) => {
  const { url, bus } = await runGateway(t);
  const camera = await new Camera(bus, { clip: await encodeClip({ frames: 30, width: 320, height: 180 }) }).start();
  t.after(() => camera.pause());
  const whep = `${url}/api/v3/streams/front/whep`;
  const player = new WhepPlayer();
  t.after(() => player.vanish());
  const body = await player.offer();
  let response = await fetch(whep, { method: 'POST', headers: sdp, body });
  while (response.status === 404 || response.status === 503) {
    await sleep(20);
    response = await fetch(whep, { method: 'POST', headers: sdp, body });
  }
  assert.equal(response.status, 201);
  assert.equal(response.headers.get('content-type'), 'application/sdp');
  const session = url + response.headers.get('location');
  await player.accept(await response.text());
  await eventually('live pictures come', () => player.pictures.filter(({ timestamp }) => camera.published.has(timestamp)).length > 3);

  assert.equal((await fetch(session, { method: 'PATCH' })).status, 405);
  const elsewhere = session.replace('front', 'rear');
  assert.deepEqual((await refusal(await fetch(elsewhere, { method: 'DELETE' })))[0], 404);
  assert.equal((await fetch(session, { method: 'DELETE' })).status, 200);
  assert.deepEqual((await refusal(await fetch(session, { method: 'DELETE' }))).slice(0, 2), [404, 'NOT_FOUND']);
});

test('tells players what to post', async (t) => {
  const { url } = await runGateway(t);
  const response = await fetch(`${url}/api/v3/streams/front/whep`, { method: 'OPTIONS' });
  assert.deepEqual([response.status, response.headers.get('accept-post')], [204, 'application/sdp']);
});

test('what cannot be played is refused with what to do instead', async (t) => {
  const { url, announce } = await runGateway(t);
  await announce();
  await announce({ streamId: 'modern', codec: 'h265' });
  await announce({ streamId: 'dark', codec: null, state: 'connecting' });
  const player = new WhepPlayer();
  t.after(() => player.vanish());
  const offer = await player.offer();
  const post = async (stream: string, body: string, headers: Record<string, string> = sdp) =>
    refusal(await fetch(`${url}/api/v3/streams/${stream}/whep`, { method: 'POST', headers, body }));
  for (const [stream, body, headers, status, code, message] of [
    ['nothing', offer, sdp, 404, 'NOT_FOUND', /no stream nothing/],
    ['modern', offer, sdp, 409, 'CODEC_UNSUPPORTED', /h265.*frames:modern/],
    ['dark', offer, sdp, 503, 'SOURCE_STALLED', /connecting.*try again/],
    ['front', offer, sdp, 503, 'SOURCE_STALLED', /no keyframe yet/],
    ['front', offer, { 'content-type': 'text/plain' }, 400, 'REQUEST_INVALID', /must be application\/sdp/],
  ] as const) {
    const answer = await post(stream, body, headers);
    assert.deepEqual(answer.slice(0, 2), [status, code], stream);
    assert.match(answer[2], message);
  }
});

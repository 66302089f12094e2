import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Egress, EgressOptions, Feed } from '../../gateway/live/egress.ts';
import { GroupCache } from '../../gateway/live/group-cache.ts';
import { splitAnnexB } from '../../platform/annex-b.ts';
import type { AccessUnit } from '../../schemas/messages.ts';
import { accessUnit } from '../support/access-unit.ts';
import { eventually } from '../support/eventually.ts';
import { WhepPlayer } from './whep-player.ts';

const sps = [0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x01];
const pps = [0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80];

/** A keyframe of 30 KB, more than a few packets; an ordinary picture of 3 KB. */
function unit(sequence: number, isKeyframe = false): AccessUnit {
  const slice = Buffer.alloc(isKeyframe ? 30_000 : 3_000, (sequence & 0x7f) | 0x80);
  const head = isKeyframe ? [...sps, ...pps, 0, 0, 0, 1, 0x65] : [0, 0, 0, 1, 0x41];
  return accessUnit(sequence, { isKeyframe, payload: Buffer.concat([Buffer.from(head), slice]) });
}

function cameraAt(count: number): GroupCache {
  const feed = new GroupCache();
  for (let sequence = 0; sequence < count; sequence++) feed.push(unit(sequence, sequence === 0));
  return feed;
}

function assertRising(timestamps: readonly number[]): void {
  for (const [index, timestamp] of timestamps.slice(1).entries()) assert.ok(timestamp > timestamps[index]!, `picture ${index + 1}`);
}

/** What every egress must do, whatever it is made of. */
export function egressConformance(name: string, create: (options: EgressOptions) => Egress): void {
  const open = (t: TestContext, options: Partial<EgressOptions> = {}): Egress => {
    const egress = create({ log: pino({ level: 'silent' }), addresses: ['127.0.0.1'], ...options });
    t.after(() => egress.close());
    return egress;
  };
  const play = async (t: TestContext, egress: Egress, feed: Feed) => {
    const player = new WhepPlayer();
    t.after(() => player.vanish());
    const viewer = await egress.open(await player.offer(), feed);
    await player.accept(viewer.answer);
    return { player, viewer };
  };

  test(`${name}: a viewer gets the camera's own pictures with their own timestamps, in order and without a gap`, async (t) => {
    const feed = cameraAt(1);
    const { player } = await play(t, open(t), feed);
    await eventually('the first picture comes', () => player.pictures.length === 1);
    const sent = Array.from({ length: 40 }, (_, index) => unit(index + 1, (index + 1) % 20 === 0));
    for (const next of sent) {
      feed.push(next);
      await sleep(5);
    }
    await eventually('all have come', () => player.pictures.length === 41);
    assert.deepEqual(
      player.pictures.slice(1),
      sent.map(({ rtpTimestamp, payload }) => ({ timestamp: rtpTimestamp, nalUnits: [...splitAnnexB(payload)] })),
    );
    const first = player.packets[0]!.header.sequenceNumber;
    player.packets.forEach(({ header }, index) => {
      assert.equal(header.sequenceNumber, (first + index) & 0xffff);
    });
  });

  test(`${name}: begins with the newest group at once, each picture after the one before, the newest at its own time`, async (t) => {
    const feed = cameraAt(12);
    const { player } = await play(t, open(t), feed);
    await eventually('the group has come', () => player.pictures.length === 12);
    assert.deepEqual(
      player.pictures.map(({ nalUnits }) => nalUnits),
      feed.group.map(({ payload }) => [...splitAnnexB(payload)]),
    );
    const timestamps = player.pictures.map(({ timestamp }) => timestamp);
    assertRising(timestamps);
    assert.equal(timestamps.at(-1), feed.group.at(-1)!.rtpTimestamp);
    assert.ok(timestamps[0]! > feed.group.at(-2)!.rtpTimestamp, 'no time is another picture`s');
  });

  test(`${name}: without a group a viewer waits for the keyframe`, async (t) => {
    const feed = new GroupCache(10_000);
    feed.push(unit(0, true));
    feed.push(unit(1));
    assert.equal(feed.group.length, 0);
    const { player } = await play(t, open(t), feed);
    feed.push(unit(2));
    feed.push(unit(3, true));
    await eventually('the keyframe has come', () => player.pictures.length === 1);
    assert.equal(player.pictures[0]!.timestamp, unit(3).rtpTimestamp);
  });

  test(`${name}: a lost packet is sent again when it is asked for`, async (t) => {
    const { player } = await play(t, open(t), cameraAt(1));
    await eventually('the keyframe has come', () => player.pictures.length === 1);
    const lost = player.packets[3]!;
    const before = player.packets.length;
    await player.askAgain(lost.header.sequenceNumber);
    await eventually('it comes again', () => player.packets.length > before);
    const again = player.packets.at(-1)!;
    assert.deepEqual([again.header.sequenceNumber, again.header.timestamp], [lost.header.sequenceNumber, lost.header.timestamp]);
    assert.deepEqual(again.payload, lost.payload);
  });

  test(`${name}: asked for a keyframe, sends a group of more than a second again, later in time than what was sent`, async (t) => {
    const feed = cameraAt(15);
    const { player } = await play(t, open(t), feed);
    await eventually('the group has come', () => player.pictures.length === 15);
    const before = player.packets.length;
    await player.askForKeyframe();
    // What answers this second question tells that the first has been dealt with: by nothing, since the group is young.
    await player.askAgain(player.packets[0]!.header.sequenceNumber);
    await eventually('it comes again', () => player.packets.length > before);
    player.packets.pop();
    for (let sequence = 15; sequence < 46; sequence++) feed.push(unit(sequence));
    await eventually('live pictures have come', () => player.pictures.length === 46);
    await player.askForKeyframe();
    await eventually('the group comes again', () => player.pictures.length === 46 + 46);
    const timestamps = player.pictures.map(({ timestamp }) => timestamp);
    assertRising(timestamps);
    feed.push(unit(46));
    await eventually('it goes on', () => player.pictures.length === 46 + 46 + 1);
    assert.ok(player.pictures.at(-1)!.timestamp > timestamps.at(-1)!);
  });

  test(`${name}: takes nothing from the camera before a viewer has connected and after it has left`, async (t) => {
    const feed = cameraAt(3);
    let listeners = 0;
    const counted: Feed = {
      get keyframe() {
        return feed.keyframe;
      },
      get group() {
        return feed.group;
      },
      subscribe(listener) {
        const end = feed.subscribe(listener);
        listeners++;
        return () => {
          end();
          listeners--;
        };
      },
    };
    const egress = open(t);
    const player = new WhepPlayer();
    t.after(() => player.vanish());
    const viewer = await egress.open(await player.offer(), counted);
    assert.equal(listeners, 0);
    await player.accept(viewer.answer);
    await eventually('it listens', () => listeners === 1);
    await viewer.close();
    assert.equal(await viewer.closed, 'asked');
    assert.deepEqual([listeners, egress.viewers], [0, 0]);
  });

  test(`${name}: a viewer that has vanished is let go, one whose camera is silent is not`, async (t) => {
    const egress = open(t, { silenceTimeoutMs: 4_000 });
    const [gone, waiting] = [await play(t, egress, cameraAt(2)), await play(t, egress, cameraAt(2))];
    await eventually('both have pictures', () => gone.player.pictures.length === 2 && waiting.player.pictures.length === 2);
    await gone.player.vanish();
    assert.equal(await gone.viewer.closed, 'lost');
    assert.equal(egress.viewers, 1);
    await waiting.player.askAgain(0);
  });

  test(`${name}: half-open viewers are bounded, and let go when they do not connect`, async (t) => {
    const egress = open(t, { maximumViewers: 3, connectTimeoutMs: 500 });
    const feed = cameraAt(1);
    const offer = async () => {
      const player = new WhepPlayer();
      t.after(() => player.vanish());
      return player.offer();
    };
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, async () => egress.open(await offer(), feed)));
    const opened = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    const refused = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason.code] : []));
    assert.deepEqual([opened.length, refused], [3, Array(5).fill('OVERLOADED')]);
    for (const viewer of opened) assert.equal(await viewer.closed, 'never-connected');
    assert.equal(egress.viewers, 0);
    const { player } = await play(t, egress, feed);
    await eventually('a new viewer sees', () => player.pictures.length === 1);
  });

  test(`${name}: an offer that cannot be answered is refused and leaves nothing behind`, async (t) => {
    const egress = open(t);
    const feed = cameraAt(1);
    const player = new WhepPlayer();
    t.after(() => player.vanish());
    const offer = await player.offer();
    await assert.rejects(egress.open('hello', feed), { code: 'REQUEST_INVALID' });
    await assert.rejects(egress.open(offer.replace('a=recvonly', 'a=inactive'), feed), { code: 'REQUEST_INVALID' });
    await assert.rejects(egress.open(offer.replaceAll('H264', 'VP8'), feed), { code: 'CODEC_UNSUPPORTED' });
    await assert.rejects(egress.open(offer, new GroupCache()), { code: 'SOURCE_STALLED', retryable: true });
    assert.equal(egress.viewers, 0);
  });

  test(`${name}: garbage sent to a viewer's port harms nobody`, async (t) => {
    const feed = cameraAt(2);
    const { player, viewer } = await play(t, open(t), feed);
    await eventually('pictures come', () => player.pictures.length === 2);
    const socket = createSocket('udp4');
    t.after(() => socket.close());
    const stunWithoutUser = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
    const datagrams = [
      stunWithoutUser,
      Buffer.alloc(0),
      Buffer.alloc(1),
      ...[0, 20, 22, 64, 80, 128, 200, 255].map((first) => Buffer.alloc(60, first)),
    ];
    for (const [, port] of viewer.answer.matchAll(/a=candidate:\S+ \d+ udp \d+ 127\.0\.0\.1 (\d+)/gi))
      for (const datagram of datagrams) await new Promise((resolve) => socket.send(datagram, Number(port), '127.0.0.1', resolve));
    feed.push(unit(2));
    await eventually('the next picture comes', () => player.pictures.length === 3);
  });

  test(`${name}: closing it lets every viewer go and takes no other`, async (t) => {
    const egress = open(t);
    const feed = cameraAt(1);
    const { viewer } = await play(t, egress, feed);
    await egress.close();
    assert.equal(await viewer.closed, 'asked');
    const late = new WhepPlayer();
    t.after(() => late.vanish());
    await assert.rejects(egress.open(await late.offer(), feed), { code: 'OVERLOADED' });
  });
}

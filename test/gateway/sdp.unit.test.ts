import assert from 'node:assert/strict';
import { test } from 'node:test';
import { narrowOffer, playoutDelayUri } from '../../gateway/live/sdp.ts';
import { RoadstreamError } from '../../schemas/errors.ts';

const transport = (name: string) => [
  'c=IN IP4 0.0.0.0',
  `a=ice-ufrag:${name}`,
  `a=ice-pwd:${name}-password-of-22-chars`,
  'a=fingerprint:sha-256 AA:BB',
  'a=setup:actpass',
];
const h264 = (type: number, profile: string, mode = 1) => [
  `a=rtpmap:${type} H264/90000`,
  `a=rtcp-fb:${type} goog-remb`,
  `a=rtcp-fb:${type} transport-cc`,
  `a=rtcp-fb:${type} nack`,
  `a=rtcp-fb:${type} nack pli`,
  `a=fmtp:${type} level-asymmetry-allowed=1;packetization-mode=${mode};profile-level-id=${profile}`,
];
const video = (...codecs: string[][]) => [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 102 104 106 108',
  ...transport('video'),
  'a=mid:1',
  `a=extmap:5 ${playoutDelayUri}`,
  'a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtpmap:96 VP8/90000',
  ...codecs.flat(),
];
const audio = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  ...transport('audio'),
  'a=mid:0',
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
];
const data = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', ...transport('data'), 'a=mid:2', 'a=sctp-port:5000'];
const head = (bundle: string) => ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${bundle}`];
const sdp = (...lines: string[][]) => `${lines.flat().join('\r\n')}\r\n`;
const allProfiles = [h264(102, '42001f'), h264(104, '42e01f'), h264(106, '4d001f'), h264(108, '64001f')];

function chosen(offer: string): string | undefined {
  return /m=video \d+ \S+ (.*)\r/.exec(offer)?.[1];
}

function refused(code: string, message: RegExp): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof RoadstreamError && thrown.code === code && message.test(thrown.message);
}

for (const [camera, type] of [
  ['42c01f', '102'], // plain baseline with other constraints: the first of the same profile
  ['42e01e', '104'],
  ['4d0028', '106'],
  ['640033', '108'],
  ['f4001f', '108'], // 4:4:4, which nobody offers: the most capable one
] as const)
  test(`a camera of profile ${camera} gets payload type ${type} of what Chromium offers`, () => {
    assert.equal(chosen(narrowOffer(sdp(head('1'), video(...allProfiles)), camera).offer), type);
  });

test('a browser without the camera`s profile gets the best there is', () => {
  assert.equal(chosen(narrowOffer(sdp(head('1'), video(h264(102, '42001f'), h264(104, '42e01f'))), '640028').offer), '102');
});

test('only what is served stays in the offer', () => {
  const { offer } = narrowOffer(sdp(head('1'), video(...allProfiles)), '42e01f');
  assert.match(offer, /a=rtcp-fb:104 nack\r\na=rtcp-fb:104 nack pli\r\n/);
  assert.match(offer, /a=extmap:5 /);
  assert.doesNotMatch(offer, /VP8|goog-remb|transport-cc|extmap:4|:102|:106/);
});

test('an offer with audio and data is answered section by section, these inactive or refused', () => {
  const { offer, complete } = narrowOffer(sdp(head('0 1 2'), audio, video(...allProfiles), data), '42e01f');
  assert.match(offer, /a=ice-ufrag:audio\r/, 'a bundle has the transport of its first section');
  assert.equal(offer.match(/^m=/gm)?.length, 1);
  const answer = complete(
    sdp(
      ['v=0', 'o=- 3 3 IN IP4 0.0.0.0', 's=-', 't=0 0', 'a=group:BUNDLE 1'],
      ['m=video 9 UDP/TLS/RTP/SAVPF 104', ...transport('ours'), 'a=candidate:1 1 udp 1 127.0.0.1 5000 typ host', 'a=mid:1', 'a=sendonly'],
    ),
  );
  assert.deepEqual(answer.match(/^m=.*$/gm), [
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'm=video 9 UDP/TLS/RTP/SAVPF 104',
    'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
  ]);
  assert.match(answer, /a=group:BUNDLE 0 1\r/);
  assert.equal(answer.match(/a=ice-ufrag:ours/g)?.length, 2);
});

test('what is no offer to receive H.264 is refused with the reason', () => {
  const narrow = (offer: string) => () => narrowOffer(offer, '42e01f');
  assert.throws(narrow(''), refused('REQUEST_INVALID', /does not begin with v=0/));
  assert.throws(narrow('{"type":"offer"}'), refused('REQUEST_INVALID', /does not begin with v=0/));
  assert.throws(narrow(sdp(head('0'), audio)), refused('REQUEST_INVALID', /no video section that receives/));
  assert.throws(
    narrow(sdp(head('1'), video(...allProfiles)).replace('a=recvonly', 'a=sendonly')),
    refused('REQUEST_INVALID', /no video section/),
  );
  assert.throws(narrow(sdp(head('1'), video(...allProfiles)).replace(/a=ice-pwd.*\r\n/, '')), refused('REQUEST_INVALID', /no ice-pwd/));
  assert.throws(narrow(sdp(head('1'), ['m=video'])), refused('REQUEST_INVALID', /cannot be read/));
  assert.throws(narrow(sdp(head('1'), video())), refused('CODEC_UNSUPPORTED', /frames channel/));
  assert.throws(narrow(sdp(head('1'), video(h264(102, '42e01f', 0)))), refused('CODEC_UNSUPPORTED', /packetization-mode=1/));
});

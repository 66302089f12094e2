import { RoadstreamError } from '../../schemas/errors.ts';

/** Lets the sender say how long the player should hold a picture back. Source: libwebrtc, docs/native-code/rtp-hdrext/playout-delay. */
export const playoutDelayUri = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';

export interface NarrowedOffer {
  /** The video section alone, with one payload type. */
  readonly offer: string;
  /** Turns the answer to it into the answer to the whole offer. */
  complete(answer: string): string;
}

interface Section {
  readonly kind: string;
  readonly mid: string;
  readonly lines: readonly string[];
}

const transportAttribute = /^a=(ice-ufrag|ice-pwd|ice-options|fingerprint|setup|candidate|end-of-candidates)\b/;

/**
 * Reduces an offer to its first video section with the one payload type that suits the camera's H.264, so that the answer can
 * name nothing else; of feedback and header extensions only what is served. Further sections are answered as inactive.
 * @param profileLevelId Of the camera's sequence parameter set, six hexadecimal digits.
 * @throws REQUEST_INVALID when it is no offer to receive video, CODEC_UNSUPPORTED when it has no H.264 with packetization-mode 1.
 */
export function narrowOffer(sdp: string, profileLevelId: string): NarrowedOffer {
  const { session, sections } = parse(sdp);
  const video = sections.find(({ kind, lines }) => kind === 'video' && !lines.includes('a=sendonly') && !lines.includes('a=inactive'));
  if (!video) throw invalid('it has no video section that receives; add a recvonly video transceiver before making the offer');
  const bundled =
    session
      .find((line) => line.startsWith('a=group:BUNDLE'))
      ?.split(' ')
      .slice(1) ?? [];
  // The transport of a bundle is the one of its first section (RFC 9143, 7.2), even when we refuse that section's media.
  const tagged = bundled.includes(video.mid)
    ? (sections.find(({ mid, kind }) => bundled.includes(mid) && kind !== 'application') ?? video)
    : video;
  const transport = [...session, ...tagged.lines].filter((line) => transportAttribute.test(line));
  for (const needed of ['a=ice-ufrag:', 'a=ice-pwd:', 'a=fingerprint:'])
    if (!transport.some((line) => line.startsWith(needed))) throw invalid(`it has no ${needed.slice(2, -1)}`);
  const payloadType = choosePayloadType(video.lines, profileLevelId);
  const kept = video.lines.slice(1).filter((line) => {
    if (transportAttribute.test(line) || /^a=(ssrc|simulcast|rid|bundle-only)/.test(line)) return false;
    if (line.startsWith('a=extmap:')) return line.includes(playoutDelayUri);
    if (/^a=(rtpmap|fmtp):/.test(line)) return line.startsWith(`a=rtpmap:${payloadType} `) || line.startsWith(`a=fmtp:${payloadType} `);
    if (line.startsWith('a=rtcp-fb:')) return line === `a=rtcp-fb:${payloadType} nack` || line === `a=rtcp-fb:${payloadType} nack pli`;
    return true;
  });
  const head = session.filter((line) => /^[vostc]=/.test(line));
  return {
    offer: join([...head, `a=group:BUNDLE ${video.mid}`, `m=video 9 UDP/TLS/RTP/SAVPF ${payloadType}`, ...transport, ...kept]),
    complete: (answer) => completeAnswer(answer, sections, video, bundled),
  };
}

function completeAnswer(answer: string, sections: readonly Section[], video: Section, bundled: readonly string[]): string {
  const own = parse(answer);
  const ownVideo = own.sections[0]!;
  const transport = ownVideo.lines.filter((line) => transportAttribute.test(line));
  const body = sections.flatMap((section) => {
    if (section === video) return ownVideo.lines;
    const offered = section.lines[0]!.split(' ');
    const isBundled = bundled.includes(section.mid) && section.kind !== 'application';
    const format = offered[3]!;
    const codec = section.lines.filter((line) => line.startsWith(`a=rtpmap:${format} `));
    return [
      `${offered[0]} ${isBundled ? 9 : 0} ${offered[2]} ${format}`,
      'c=IN IP4 0.0.0.0',
      `a=mid:${section.mid}`,
      'a=inactive',
      'a=rtcp-mux',
      ...codec,
      ...(isBundled ? transport : []),
    ];
  });
  const mids = sections.filter((section) => section === video || (bundled.includes(section.mid) && section.kind !== 'application'));
  const session = own.session.map((line) =>
    line.startsWith('a=group:BUNDLE') ? `a=group:BUNDLE ${mids.map(({ mid }) => mid).join(' ')}` : line,
  );
  return join([...session, ...body]);
}

/** The camera's profile if it is offered, else the most capable decoder there is. Levels are asymmetric and do not bind it. */
function choosePayloadType(lines: readonly string[], profileLevelId: string): string {
  const profile = Number.parseInt(profileLevelId.slice(0, 2), 16);
  const offered = lines.flatMap((line) => {
    const type = /^a=rtpmap:(\d+) H264\/90000/i.exec(line)?.[1];
    const parameters = type && lines.find((other) => other.startsWith(`a=fmtp:${type} `));
    if (!parameters || !/packetization-mode=1/.test(parameters)) return [];
    // RFC 6184, 8.1: without one it is baseline.
    const id = /profile-level-id=([0-9a-f]{6})/i.exec(parameters)?.[1]?.toLowerCase() ?? '42000a';
    const theirs = Number.parseInt(id.slice(0, 2), 16);
    return [{ type, rank: id.slice(0, 4) === profileLevelId.slice(0, 4) ? 1024 : theirs === profile ? 512 : theirs }];
  });
  const best = offered.sort((a, b) => b.rank - a.rank)[0];
  if (!best) {
    throw new RoadstreamError(
      'CODEC_UNSUPPORTED',
      'The offer has no H.264 with packetization-mode=1, which this camera sends. Use a player that decodes H.264, or the frames channel of /api/v3/live.',
    );
  }
  return best.type;
}

function parse(sdp: string): { session: string[]; sections: Section[] } {
  const lines = sdp.split(/\r?\n/).filter((line) => line.length > 0);
  if (lines[0] !== 'v=0') throw invalid('it does not begin with v=0');
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []));
  const sections = starts.map((start, index) => {
    const own = lines.slice(start, starts[index + 1]);
    if (!/^m=(\w+) \d+ \S+ \S+/.test(own[0]!)) throw invalid(`it has a section it cannot be read from: ${own[0]!.slice(0, 80)}`);
    const mid = own.find((line) => line.startsWith('a=mid:'))?.slice('a=mid:'.length) ?? String(index);
    return { kind: own[0]!.slice(2, own[0]!.indexOf(' ')), mid, lines: own };
  });
  return { session: lines.slice(0, starts[0]), sections };
}

function invalid(why: string): RoadstreamError {
  return new RoadstreamError('REQUEST_INVALID', `The body must be an SDP offer to receive video: ${why}.`);
}

function join(lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n`;
}

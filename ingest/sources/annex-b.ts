import { splitAnnexB } from '../../platform/annex-b.ts';
import type { VideoCodec } from '../../schemas/messages.ts';

const longStartCode = Buffer.from([0, 0, 0, 1]);

/** NAL unit types: ITU-T H.264 table 7-1, ITU-T H.265 table 7-1. */
const types = {
  h264: {
    of: (firstByte: number) => firstByte & 0x1f,
    isPicture: (type: number) => type >= 1 && type <= 5,
    delimiter: 9,
    parameterSets: [7, 8],
  },
  h265: {
    of: (firstByte: number) => (firstByte >> 1) & 0x3f,
    isPicture: (type: number) => type < 32,
    delimiter: 35,
    parameterSets: [32, 33, 34],
  },
} as const;

export type AnnexBCodec = Extract<VideoCodec, keyof typeof types>;

export interface NalUnit {
  readonly type: number;
  /** Without its start code. */
  readonly bytes: Buffer;
}

/** The NAL units of an access unit, in order, as views. */
export function* nalUnits(codec: AnnexBCodec, annexB: Buffer): Generator<NalUnit> {
  for (const bytes of splitAnnexB(annexB)) yield { type: types[codec].of(bytes[0]!), bytes };
}

export function joinNalUnits(units: readonly Buffer[]): Buffer {
  return Buffer.concat(units.flatMap((unit) => [longStartCode, unit]));
}

/**
 * The parameter sets of an access unit or of a camera's description (SDP, container), with start codes.
 * @returns undefined unless every kind of them is there.
 */
export function parameterSetsOf(codec: AnnexBCodec, annexB: Buffer): Buffer | undefined {
  const { isPicture, parameterSets } = types[codec];
  const sets: NalUnit[] = [];
  for (const unit of nalUnits(codec, annexB)) {
    if (isPicture(unit.type)) break;
    if (parameterSets.some((type) => type === unit.type)) sets.push(unit);
  }
  const isComplete = parameterSets.every((type) => sets.some((unit) => unit.type === type));
  return isComplete ? joinNalUnits(sets.map(({ bytes }) => bytes)) : undefined;
}

/** Puts parameter sets at the beginning of an access unit, after its delimiter if it has one. */
export function withParameterSets(codec: AnnexBCodec, accessUnit: Buffer, sets: Buffer): Buffer {
  const [first] = nalUnits(codec, accessUnit);
  if (first?.type !== types[codec].delimiter) return Buffer.concat([sets, accessUnit]);
  return Buffer.concat([
    joinNalUnits([first.bytes]),
    sets,
    accessUnit.subarray(first.bytes.byteOffset - accessUnit.byteOffset + first.bytes.length),
  ]);
}

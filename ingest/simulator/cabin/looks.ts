/** How somebody looks. */
export interface Look {
  readonly skin: string;
  readonly skinShadow: string;
  readonly lips: string;
  readonly lipsShadow: string;
  readonly brows: string;
  readonly hair: readonly [number, number, number];
  readonly iris: readonly [number, number, number];
  /** What the canonical face is stretched by: across, up, and forward. */
  readonly stretch: readonly [number, number, number];
  /** What the jaw is wider by than the brow. */
  readonly jaw: number;
  readonly hasLongHair: boolean;
  readonly hasBeard: boolean;
  readonly shirt: readonly [string, string];
}

/** Three people who differ in skin, hair and the form of their heads. */
export const looks = {
  tan: {
    skin: '#d9a583',
    skinShadow: '#c98e6c',
    lips: '#b5655c',
    lipsShadow: '#9a4f49',
    brows: '#3a2618',
    hair: [58, 39, 27],
    iris: [84, 58, 36],
    stretch: [1, 1, 1],
    jaw: 1,
    hasLongHair: false,
    hasBeard: false,
    shirt: ['#4a6a94', '#1f3350'],
  },
  dark: {
    skin: '#8d5a3c',
    skinShadow: '#784a30',
    lips: '#7f4640',
    lipsShadow: '#6a3835',
    brows: '#15100d',
    hair: [24, 20, 18],
    iris: [52, 34, 22],
    stretch: [1.05, 0.98, 0.98],
    jaw: 1.05,
    hasLongHair: false,
    hasBeard: true,
    shirt: ['#8a8578', '#4c493f'],
  },
  fair: {
    skin: '#ecc3a6',
    skinShadow: '#dfa988',
    lips: '#c2716b',
    lipsShadow: '#a75a56',
    brows: '#6b4a2c',
    hair: [128, 92, 54],
    iris: [90, 120, 140],
    stretch: [0.95, 1.01, 1.02],
    jaw: 0.94,
    hasLongHair: true,
    hasBeard: false,
    shirt: ['#7d3b45', '#44202a'],
  },
} as const satisfies Record<string, Look>;

export type LookName = keyof typeof looks;

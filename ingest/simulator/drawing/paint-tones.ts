import type { Paint } from '../scenario.ts';

/** How a paint looks towards the sky, in front, and towards the road. */
export interface PaintTones {
  readonly bright: string;
  readonly middle: string;
  readonly dark: string;
}

export const paintTones: Record<Paint, PaintTones> = {
  silver: { bright: '#e4e8ea', middle: '#a9b0b5', dark: '#5c6368' },
  graphite: { bright: '#8d959c', middle: '#474d54', dark: '#1d2125' },
  red: { bright: '#e0675c', middle: '#a5201f', dark: '#490b0d' },
  white: { bright: '#fbfcfc', middle: '#dde1e3', dark: '#8d949a' },
  blue: { bright: '#7a9fd2', middle: '#2a4f8c', dark: '#0f2042' },
  black: { bright: '#707780', middle: '#26292d', dark: '#0b0c0e' },
  green: { bright: '#93a891', middle: '#405845', dark: '#17231b' },
};

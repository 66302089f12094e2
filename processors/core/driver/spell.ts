/** Something that has been so for a while: eyes shut, mouth wide open, looking away. Seconds of the stream's clock. */
export interface Spell {
  readonly sinceSeconds: number;
  /** When it was last seen to be so. */
  readonly lastSeconds: number;
}

export interface SpellLimits {
  /** Interruptions up to this long are the measurement's noise, and do not end it. */
  readonly bridgeSeconds: number;
  /** For how long it is taken to go on while nothing can be seen. */
  readonly blindSeconds: number;
}

/**
 * @param isSo Null when it cannot be seen.
 * @returns The spell, null while there is none; and the one that ended in this step.
 */
export function stepSpell(
  spell: Spell | null,
  isSo: boolean | null,
  nowSeconds: number,
  { bridgeSeconds, blindSeconds }: SpellLimits,
): { readonly spell: Spell | null; readonly ended: Spell | null } {
  if (isSo) return { spell: { sinceSeconds: spell?.sinceSeconds ?? nowSeconds, lastSeconds: nowSeconds }, ended: null };
  if (!spell) return { spell: null, ended: null };
  const isOver = nowSeconds - spell.lastSeconds > (isSo === null ? blindSeconds : bridgeSeconds);
  return isOver ? { spell: null, ended: spell } : { spell, ended: null };
}

/** @param isSo As given to `stepSpell`. @returns For how long it has been so; 0 when it is not. */
export function lengthOf(spell: Spell | null, isSo: boolean | null, nowSeconds: number): number {
  if (!spell) return 0;
  return (isSo === false ? spell.lastSeconds : nowSeconds) - spell.sinceSeconds;
}

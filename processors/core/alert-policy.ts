import { v5 as uuidV5 } from 'uuid';
import { type Severity, severities } from '../../schemas/messages.ts';

/** How insistently a kind of danger is told. */
export interface AlertPolicy {
  /** Frames in a row that must agree before an alert is raised or made worse. */
  readonly confirmFrames: number;
  /** Without danger for this long, it is over. */
  readonly clearSeconds: number;
  /** After it is over, only worse danger is told again within this time. */
  readonly cooldownSeconds: number;
  /** Most alerts raised within an hour. */
  readonly hourlyBudget: number;
}

/** What one frame says. */
export interface DangerSign {
  /** Null when there is no danger. */
  readonly severity: Severity | null;
  /** Not dangerous enough to raise an alert, but an open one stays. */
  readonly isHeld: boolean;
  /** Whether this frame shows it, not only the memory of it. */
  readonly isSeen: boolean;
}

/** Plain JSON, never changed in place. */
export interface AlertState {
  /** The newest signs, at most confirmFrames. */
  readonly signs: readonly (Severity | null)[];
  readonly open: { readonly severity: Severity; readonly dangerSeconds: number } | null;
  readonly last: { readonly severity: Severity; readonly clearedSeconds: number } | null;
  /** When alerts were raised within the last hour. */
  readonly raisedSeconds: readonly number[];
  /** Danger is confirmed but must not be told any more this hour. */
  readonly isBudgetSpent: boolean;
}

export interface AlertStep {
  readonly state: AlertState;
  readonly change: 'raised' | 'updated' | 'cleared' | null;
}

export const calm: AlertState = { signs: [], open: null, last: null, raisedSeconds: [], isBudgetSpent: false };

const hourSeconds = 3600;
/** Made once at random for this project; changing it changes every id. */
const idNamespace = '3c8f2a54-0b7e-4d0c-9a3e-6f1d7c25b9e4';

/**
 * One step of an alert's life: raised, made worse, cleared; or nothing that is worth telling.
 * @param nowSeconds Any clock that does not go back.
 */
export function stepAlert(state: AlertState, policy: AlertPolicy, nowSeconds: number, sign: DangerSign): AlertStep {
  const signs = sign.isSeen ? [...state.signs, sign.severity].slice(-policy.confirmFrames) : state.signs;
  const confirmed = sign.isSeen ? leastOf(signs, policy.confirmFrames) : null;
  const raisedSeconds = state.raisedSeconds.filter((at) => nowSeconds - at < hourSeconds);
  const next: AlertState = { ...state, signs, raisedSeconds, isBudgetSpent: false };

  if (state.open) {
    const dangerSeconds = sign.severity !== null || sign.isHeld ? nowSeconds : state.open.dangerSeconds;
    if (nowSeconds - dangerSeconds >= policy.clearSeconds)
      return {
        state: { ...next, signs: [], open: null, last: { severity: state.open.severity, clearedSeconds: nowSeconds } },
        change: 'cleared',
      };
    const isWorse = level(confirmed) > level(state.open.severity);
    const severity = isWorse ? confirmed! : state.open.severity;
    return { state: { ...next, open: { severity, dangerSeconds } }, change: isWorse ? 'updated' : null };
  }

  if (confirmed === null) return { state: next, change: null };
  const isCooling =
    state.last !== null &&
    nowSeconds - state.last.clearedSeconds < policy.cooldownSeconds &&
    level(confirmed) <= level(state.last.severity);
  if (isCooling) return { state: next, change: null };
  if (raisedSeconds.length >= policy.hourlyBudget) return { state: { ...next, isBudgetSpent: true }, change: null };
  return {
    state: { ...next, open: { severity: confirmed, dangerSeconds: nowSeconds }, raisedSeconds: [...raisedSeconds, nowSeconds] },
    change: 'raised',
  };
}

/**
 * The id of an alert, the same in every replay.
 * @param epoch Of the frame that raised it, as is `sequence`.
 * @returns A UUID, version 5 (RFC 9562).
 */
export function alertIdOf(streamId: string, type: string, epoch: number, sequence: number): string {
  return uuidV5(`${streamId}/${type}/${epoch}/${sequence}`, idNamespace);
}

/** @returns The mildest of all signs; null when there are too few, or one is harmless. */
function leastOf(signs: readonly (Severity | null)[], count: number): Severity | null {
  if (signs.length < count) return null;
  return signs.reduce((least, sign) => (level(sign) < level(least) ? sign : least));
}

/** @returns The higher the worse; -1 for no danger. */
export function level(severity: Severity | null): number {
  return severity === null ? -1 : severities.indexOf(severity);
}

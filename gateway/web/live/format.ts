import type { Alert, Track } from '../../../schemas/messages.ts';

/** Above this a time to collision says nothing to a person. Seconds. */
const longestTtcSeconds = 9.9;

/** Tenths below ten metres, whole metres above. */
export function formatDistance(meters: number): string {
  return `${meters < 9.95 ? meters.toFixed(1) : Math.round(meters)} m`;
}

/** @returns Undefined when it is too far away to say something. */
export function formatTtc(seconds: number | null): string | undefined {
  return seconds === null || seconds > longestTtcSeconds ? undefined : `${seconds.toFixed(1)} s`;
}

/** An age or delay: 92 ms, 1.4 s, 3 min, 2 h, 4 d. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Frames a second: whole from ten up, tenths below, 0 when there are none. */
export function formatRate(perSecond: number): string {
  return perSecond >= 9.95 || perSecond < 0.05 ? String(Math.round(perSecond)) : perSecond.toFixed(1);
}

/** What stands at a box: car 12 · 23 m · 2.4 s. Unknown parts are left out, and the time to what the vehicle does not drive towards. */
export function trackLabel(track: Track): string {
  const distance = track.distanceMeters === null ? undefined : formatDistance(track.distanceMeters);
  const ttc = track.inPath || track.isLead ? formatTtc(track.ttcSeconds) : undefined;
  const speed = track.speedMps === null ? undefined : `${Math.round(track.speedMps * 3.6)} km/h`;
  return [`${track.class} ${track.trackId}`, distance, ttc, speed].filter(Boolean).join(' · ');
}

/** A name in the code as a person reads it: forward-collision → Forward collision. */
export function humanName(slug: string): string {
  const words = slug.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export interface Figure {
  readonly name: string;
  readonly value: string;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

const evidenceUnits: readonly (readonly [suffix: string, format: (value: number) => string])[] = [
  ['Seconds', (value) => `${value.toFixed(1)} s`],
  ['Meters', formatDistance],
  ['Mps', (value) => `${Math.round(value * 3.6)} km/h`],
  ['Kmh', (value) => `${Math.round(value)} km/h`],
  ['Share', percent],
  ['Degrees', (value) => `${Math.round(value)}°`],
];
const evidenceNames: Readonly<Record<string, string>> = {
  ...{ ttc: 'TTC', distance: 'gap', closingSpeed: 'closing', leastTtc: 'least TTC', enhancedTtc: 'enhanced TTC' },
  ...{ egoSpeed: 'speed', wheelToLine: 'wheel to line', offset: 'off the middle', against: 'against the traffic', away: 'eyes away' },
  ...{ lookingAway: 'eyes away', eyesClosed: 'eyes shut', missed: 'not seen', standing: 'stands' },
};
/** Figures whose name does not end in their unit, or that a person reads in another one. */
const evidenceFormats: Readonly<Record<string, (value: number) => Figure>> = {
  perclos: (value) => ({ name: 'eyes shut', value: `${percent(value)} of the last minute` }),
  driftMps: (value) => ({ name: 'drift', value: `${value.toFixed(1)} m/s` }),
  yawns: (value) => ({ name: 'yawns', value: `${value} in five minutes` }),
  glances: (value) => ({ name: 'in', value: `${value} ${value === 1 ? 'glance' : 'glances'}` }),
  seconds: (value) => ({ name: 'for', value: `${value.toFixed(1)} s` }),
  contrast: (value) => ({ name: 'contrast', value: `${value.toFixed(1)} of 255` }),
  sharpness: (value) => ({ name: 'sharpness', value: percent(value) }),
  meanLuma: (value) => ({ name: 'brightness', value: `${Math.round(value)} of 255` }),
};

/** These first, the most telling one foremost; a small screen has room for two. */
const evidenceOrder = ['ttcSeconds', 'distanceMeters', 'closingSpeedMps'];

/** The figures behind an alert, in one order however they come; the unit is the end of each name, as in ttcSeconds or closingSpeedMps. */
export function evidenceFigures(evidence: Readonly<Record<string, number>>): Figure[] {
  // Uncertainties are for machines; on the page they would only push out what matters.
  const shown = Object.entries(evidence).filter(([key]) => !key.includes('Sigma'));
  shown.sort(([a], [b]) => evidenceRank(a) - evidenceRank(b) || (a < b ? -1 : 1));
  return shown.map(([key, value]) => {
    const format = evidenceFormats[key];
    if (format) return format(value);
    const unit = evidenceUnits.find(([suffix]) => key.endsWith(suffix));
    const stem = unit ? key.slice(0, -unit[0].length) : key;
    const name = evidenceNames[stem] ?? stem.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return { name, value: unit ? unit[1](value) : String(Number(value.toPrecision(3))) };
  });
}

function evidenceRank(key: string): number {
  const rank = evidenceOrder.indexOf(key);
  return rank === -1 ? evidenceOrder.length : rank;
}

/** Said in the sentence of an alert that is over. */
const saidAtEnd = new Set(['durationSeconds', 'leastTtcSeconds']);

/** The figures that an alert's sentence does not say. */
export function alertFigures({ state, evidence }: Alert): Figure[] {
  if (state !== 'cleared') return evidenceFigures(evidence);
  return evidenceFigures(Object.fromEntries(Object.entries(evidence).filter(([key]) => !saidAtEnd.has(key))));
}

/**
 * When something happened, on the reader's clock: 14:03:22 today, 3 Nov 14:03 before.
 * @param locale Of the reader; tests name one.
 */
export function formatMoment(atUs: number, nowUs: number, locale?: string): string {
  const at = new Date(atUs / 1000);
  const isToday = at.toDateString() === new Date(nowUs / 1000).toDateString();
  return isToday
    ? at.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
    : at.toLocaleString(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

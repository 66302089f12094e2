import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as format from '../../../gateway/web/live/format.ts';
import { alert, track } from './messages.ts';

const box = [0, 0, 10, 10] as const;
const labels = [
  { of: track(12, box, { distanceMeters: 23.4, ttcSeconds: 2.44, inPath: true }), text: 'car 12 · 23 m · 2.4 s' },
  { of: track(12, box, { distanceMeters: 23.4, ttcSeconds: 2.44, isLead: true }), text: 'car 12 · 23 m · 2.4 s' },
  // Oncoming in the other lane: nobody will collide with it.
  { of: track(12, box, { distanceMeters: 23.4, ttcSeconds: 2.44 }), text: 'car 12 · 23 m' },
  { of: track(3, box, { distanceMeters: 8.42 }), text: 'car 3 · 8.4 m' },
  // Ten metres are not 10.0.
  { of: track(3, box, { distanceMeters: 9.97, ttcSeconds: 40, inPath: true }), text: 'car 3 · 10 m' },
  { of: track(7, box, { class: 'stop sign' }), text: 'stop sign 7' },
];
for (const { of, text } of labels)
  test(`a ${of.isLead ? 'lead' : of.inPath ? 'vehicle in the path' : 'box'} is labelled "${text}"`, () => {
    assert.equal(format.trackLabel(of), text);
  });

const durations = [
  [92.4, '92 ms'],
  [1400, '1.4 s'],
  [190_000, '3 min'],
  [7_300_000, '2 h'],
  [4 * 86_400_000, '4 d'],
] as const;
for (const [ms, text] of durations)
  test(`${ms} ms are shown as ${text}`, () => {
    assert.equal(format.formatDuration(ms), text);
  });

test('rates are whole from ten up', () => {
  assert.deepEqual([29.97, 14.6, 9.4, 0.02].map(format.formatRate), ['30', '15', '9.4', '0']);
});

test('evidence is told in units that people use', () => {
  assert.deepEqual(format.evidenceFigures({ ttcSeconds: 1.42, distanceMeters: 11.2, closingSpeedMps: 8.1, looks: 3 }), [
    { name: 'TTC', value: '1.4 s' },
    { name: 'gap', value: '11 m' },
    { name: 'closing', value: '29 km/h' },
    { name: 'looks', value: '3' },
  ]);
});

const inWords = [
  ['drowsiness', { perclos: 0.137, yawns: 2 }, 'eyes shut 14 % of the last minute, yawns 2 in five minutes'],
  ['long-glance', { lookingAwaySeconds: 3.52, speedMps: 22.2 }, 'eyes away 3.5 s, speed 80 km/h'],
  ['time-sharing', { awaySeconds: 11.2, glances: 4 }, 'eyes away 11.2 s, in 4 glances'],
  ['microsleep', { eyesClosedSeconds: 1.04 }, 'eyes shut 1.0 s'],
  [
    'lane-departure',
    { wheelToLineMeters: 0.12, driftMps: 0.41, offsetMeters: 0.7 },
    'drift 0.4 m/s, off the middle 0.7 m, wheel to line 0.1 m',
  ],
  ['over-speed', { speedKmh: 87.4, limitKmh: 80 }, 'limit 80 km/h, speed 87 km/h'],
  ['tailgating', { headwaySeconds: 0.62, distanceMeters: 14, egoSpeedMps: 22.5 }, 'gap 14 m, speed 81 km/h, headway 0.6 s'],
  [
    'camera-covered',
    { seconds: 3, contrast: 0.31, sharpness: 0.084, meanLuma: 17.3 },
    'brightness 17 of 255, contrast 0.3 of 255, for 3.0 s, sharpness 8 %',
  ],
] as const;
for (const [type, evidence, text] of inWords)
  test(`the evidence of ${type} is told in words and units: ${text}`, () => {
    const figures = format.evidenceFigures(evidence).map(({ name, value }) => `${name} ${value}`);
    assert.deepEqual(figures.sort(), text.split(', ').sort());
  });

test('evidence stands in one order, however it comes: time to collision, gap, closing speed, the rest', () => {
  const evidence = { looks: 3, closingSpeedMps: 8, distanceMeters: 11, enhancedTtcSeconds: 1.2, ttcSeconds: 1.4 };
  const names = (entries: [string, number][]) => format.evidenceFigures(Object.fromEntries(entries)).map(({ name }) => name);
  const expected = ['TTC', 'gap', 'closing', 'enhanced TTC', 'looks'];
  assert.deepEqual(names(Object.entries(evidence)), expected);
  assert.deepEqual(names(Object.entries(evidence).reverse()), expected);
});

test('an alert that is over does not repeat the figures of its sentence', () => {
  const evidence = { durationSeconds: 2.3, leastTtcSeconds: 1.1, looks: 3 };
  assert.deepEqual(format.alertFigures(alert('a', { state: 'cleared', evidence })), [{ name: 'looks', value: '3' }]);
  assert.equal(format.alertFigures(alert('a', { evidence })).length, 3);
});

test('today is told by its time, an earlier day with its date', () => {
  const noon = new Date(2026, 10, 21, 12, 0, 5).getTime() * 1000;
  assert.equal(format.formatMoment(noon, noon + 5_000_000, 'en-GB'), '12:00:05');
  assert.equal(format.formatMoment(noon - 86_400_000_000, noon, 'en-GB'), '20 Nov, 12:00');
});

test('names of the code are shown as words', () => {
  assert.equal(format.humanName('forward-collision'), 'Forward collision');
});

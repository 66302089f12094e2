import assert from 'node:assert/strict';
import { test } from 'node:test';
import { riskTone, riskWords } from '../../../gateway/web/live/risk-words.ts';
import { type RiskParts, unknownRisk } from '../../../schemas/risk.ts';

const words = (parts: Partial<RiskParts>) => riskWords({ parts: { ...unknownRisk.parts, ...parts } });

test('the reasons of a risk are told in words, the greatest first, and small ones not at all', () => {
  assert.equal(words({ headway: 40, gaze: 67, lane: 4, unseen: 0 }), 'eyes off the road, too close behind');
  assert.equal(words({ collision: 0, headway: 9 }), 'nothing unusual');
  assert.equal(words({}), 'nothing unusual');
});

test('a risk stands out when half of it, and more when nearly all of it, comes of how it is driven', () => {
  assert.deepEqual(
    [null, 0, 49, 50, 79, 80, 100].map((score) => riskTone({ score })),
    ['calm', 'calm', 'calm', 'caution', 'caution', 'warning', 'warning'],
  );
});

import { type Risk, type RiskPart, riskParts } from '../../../schemas/risk.ts';

const words: Readonly<Record<RiskPart, string>> = {
  collision: 'closing in ahead',
  headway: 'too close behind',
  lane: 'leaving the lane',
  gaze: 'eyes off the road',
  drowsiness: 'drowsy',
  speed: 'over the limit',
  unseen: 'a camera sees nothing',
};
/** Parts of fewer points say nothing to a person. */
const toldFrom = 10;
/** Half, and four fifths, of the risk comes of how it is driven now. */
const cautionFrom = 50;
const warningFrom = 80;

/** What makes the drive risky now, the most telling first. */
export function riskWords({ parts }: Pick<Risk, 'parts'>): string {
  const told = riskParts.filter((part) => (parts[part] ?? 0) >= toldFrom).sort((a, b) => parts[b]! - parts[a]!);
  return told.length === 0 ? 'nothing unusual' : told.map((part) => words[part]).join(', ');
}

/** How insistently a risk is shown. */
export function riskTone({ score }: Pick<Risk, 'score'>): 'calm' | 'caution' | 'warning' {
  return (score ?? 0) >= warningFrom ? 'warning' : (score ?? 0) >= cautionFrom ? 'caution' : 'calm';
}

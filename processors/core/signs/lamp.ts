import type { Box } from '../../../schemas/messages.ts';
import type { Lamp } from './sighting.ts';

/** Points a side of the grid in which a light is looked at. */
const steps = 24;
/** Luma above that of the housing from which a point shines. */
const leastShine = 30;
/** Colour difference below which a point has no hue. */
const leastColour = 14;
/** Lamps from the top, or from the left of one that lies (Vienna Convention on Road Signs, article 23). */
const order: readonly Lamp[] = ['red', 'amber', 'green'];
/** What a lamp's hue counts in the place of another one: boxes are loose, and lights of two lamps exist. */
const elsewhere = 0.35;
/** Of the light that has a hue, which must be of one lamp. */
const leastShare = 0.6;

/**
 * The lamp that is lit in the box of a traffic light: bright, of its own hue, and rather in its own place.
 * @param sample Luma and colour differences (128 is grey) of a point.
 * @returns Null where none shines clearly.
 */
export function lampOf(sample: (x: number, y: number) => readonly [number, number, number], [x1, y1, x2, y2]: Box): Lamp | null {
  const points: { luma: number; hue: Lamp | null; colour: number; along: number }[] = [];
  const isUpright = y2 - y1 >= x2 - x1;
  for (let row = 0; row < steps; row++)
    for (let column = 0; column < steps; column++) {
      const [across, down] = [(column + 0.5) / steps, (row + 0.5) / steps];
      const [luma, blue, red] = sample(x1 + across * (x2 - x1), y1 + down * (y2 - y1));
      const colour = Math.hypot(blue - 128, red - 128);
      points.push({ luma, hue: hueOf(blue - 128, red - 128), colour, along: isUpright ? down : across });
    }
  const lumas = points.map(({ luma }) => luma).sort((a, b) => a - b);
  const housing = lumas[Math.floor(lumas.length / 4)]!;
  const votes: Record<Lamp, number> = { red: 0, amber: 0, green: 0 };
  for (const { luma, hue, colour, along } of points) {
    if (!hue || luma < housing + leastShine) continue;
    const place = order[Math.min(2, Math.floor(3 * along))];
    votes[hue] += (luma - housing) * colour * (place === hue ? 1 : elsewhere);
  }
  const best = order.reduce((most, lamp) => (votes[lamp] > votes[most] ? lamp : most));
  return votes[best] > leastShare * (votes.red + votes.amber + votes.green) ? best : null;
}

/** @param blue Colour difference Cb, 0 is grey. @param red Likewise Cr. */
function hueOf(blue: number, red: number): Lamp | null {
  if (Math.hypot(blue, red) < leastColour) return null;
  // CIE S 004: signal red, yellow and blue-green lie far apart; in Cb and Cr at about 105, 155 and 270 degrees.
  const degrees = (Math.atan2(red, blue) * 180) / Math.PI;
  if (degrees >= 60 && degrees < 130) return 'red';
  if (degrees >= 130 && degrees < 180) return 'amber';
  return degrees < -45 && degrees > -160 ? 'green' : null;
}

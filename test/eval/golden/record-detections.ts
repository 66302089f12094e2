// Records what the built-in detector sees of a simulated drive, for byte-track.json:
// node test/eval/golden/record-detections.ts > detections.json
import { writeSync } from 'node:fs';
import path from 'node:path';
import { encodeScenario } from '../../../ingest/simulator/simulate.ts';
import { openDetectorInThread } from '../../../models/session.ts';
import { roadUserOf } from '../../../processors/core/road-users.ts';
import { Decoder } from '../../../processors/stages/decoder.ts';
import { Looks } from '../../../processors/stages/looks.ts';

const seconds = 40;
const framesPerSecond = 30;
/** 15 analysed frames a second. */
const everyFrame = 2;
const leastScore = 0.1;

const detector = await openDetectorInThread({ name: 'centernet', dataDirectory: path.resolve('.roadstream') });
const looks = new Looks({ detector, width: 1280, height: 720, horizonPx: 360, bonnetFraction: 0 });
const decoder = new Decoder();
const frames: (readonly [score: number, ...box: number[]])[][] = [];
let sequence = 0;
for await (const { frame } of encodeScenario('car-following', { frames: seconds * framesPerSecond })) {
  const picture = await decoder.decode({
    ...frame,
    streamId: 'record',
    vehicleId: null,
    kind: 'dashcam',
    epoch: 1,
    sequence: sequence++,
    publishedAtUs: 0,
  });
  if (!picture || sequence % everyFrame !== 1) continue;
  looks.take(picture);
  const { detections } = await looks.detect();
  frames.push(
    detections
      .filter(({ class: name, score }) => roadUserOf(name)?.group === 'vehicle' && score > leastScore)
      .map(({ score, boxPx }) => [Number(score.toFixed(3)), ...boxPx.map((edge) => Number(edge.toFixed(1)))]),
  );
}
decoder.close();
looks.close();
await detector.close();
writeSync(1, `${JSON.stringify({ framesPerSecond: framesPerSecond / everyFrame, frames })}\n`);

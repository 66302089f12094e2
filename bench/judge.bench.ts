import { randomFrom } from '../ingest/simulator/drawing/noise.ts';
import { createDashcamJudge, type PictureDetection } from '../processors/core/dashcam-judge.ts';
import { parseConfiguration } from '../schemas/configuration.ts';
import { evaluate } from '../test/processors/core/evaluation.ts';
import { dangerous, quiet } from '../test/processors/core/scenarios.ts';
import { camera } from '../test/processors/core/synthetic-drive.ts';
import { type Benchmark, cpuMs, type Figure, quantile } from './figure.ts';

const runs = 100;
const trackCount = 20;
const frameCount = 3000;

/** CPU and time of judging frames with 20 moving tracks. */
function timeFrames(): Figure[] {
  const random = randomFrom(1);
  const judge = createDashcamJudge({
    streamId: 'bench',
    vehicleId: null,
    camera,
    alerts: parseConfiguration({}, 'defaults').alerts,
    modelSet: 'bench',
  });
  const frames = Array.from({ length: frameCount }, (_, i) => ({
    epoch: 1,
    sequence: i,
    capturedAtUs: Math.round((i * 1e6) / 15),
    rtpTimestamp: i * 6000,
    width: 1280,
    height: 720,
    detections: Array.from({ length: trackCount }, (__, k): PictureDetection => {
      const [x, y] = [60 * k + 2 * random(), 340 + 2 * random()];
      return { class: 'car', score: 0.5 + 0.4 * random(), boxPx: [x, y, x + 55 + 2 * random(), y + 46 + 2 * random()] };
    }),
  }));
  const times: number[] = [];
  const before = cpuMs();
  for (const frame of frames) {
    const start = performance.now();
    judge.push(frame);
    times.push(performance.now() - start);
  }
  const cpu = (cpuMs() - before) / frameCount;
  return [
    { name: `CPU a frame, ${trackCount} tracks`, value: cpu, unit: 'ms', atMost: 1 },
    ...[0.5, 0.95, 0.99].map((share) => ({ name: `time a frame, p${100 * share}`, value: quantile(times, share), unit: 'ms' })),
  ];
}

export const benchmark: Benchmark = {
  name: 'judge',
  description: `tracking, distance, time to collision and alerts on synthetic detections with noise, ${runs} seeds a scenario`,
  async run(tell) {
    const results = Object.entries(dangerous).map(([name, scenario]) => {
      tell(name);
      return { name, result: evaluate(scenario, runs) };
    });
    const carToCar = results.filter(({ name }) => !name.startsWith('walker')).map(({ result }) => result);
    const median = (errors: 'distanceErrors' | 'ttcErrors') =>
      100 *
      quantile(
        carToCar.flatMap((result) => [...result[errors]]),
        0.5,
      );
    tell('quiet drives');
    const hours = (runs * Object.values(quiet).reduce((sum, { seconds }) => sum + seconds, 0)) / 3600;
    const alerts = Object.values(quiet).reduce((sum, scenario) => sum + evaluate(scenario, runs).raised, 0);
    return [
      { name: 'distance error, car to car, median', value: median('distanceErrors'), unit: '%', atMost: 12 },
      { name: 'TTC error below 4 s, car to car, median', value: median('ttcErrors'), unit: '%', atMost: 15 },
      ...results.map(({ name, result: { warnTtcSeconds } }) => ({
        name: `TTC at warning, p5: ${name}`,
        value: quantile(warnTtcSeconds, 0.05),
        unit: 's',
        note: `p50 ${quantile(warnTtcSeconds, 0.5).toFixed(2)}, p95 ${quantile(warnTtcSeconds, 0.95).toFixed(2)}`,
        ...(name === 'stationary car at 80 km/h' ? { atLeast: 2.1 } : {}),
      })),
      {
        name: 'alerts an hour on drives made to provoke them',
        value: alerts / hours,
        unit: '1/h',
        atMost: 1,
        note: `${hours.toFixed(1)} h`,
      },
      ...timeFrames(),
    ];
  },
};

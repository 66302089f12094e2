import { dashcam, kmh, type Scenario, steady } from '../scenario.ts';

/** After Euro NCAP CCRm (car-to-car rear, moving): 70 km/h towards a car at 20 km/h; the drive ends at 1 s to collision. */
export const carToCarMoving: Scenario = {
  name: 'car-to-car-moving',
  description: 'Closing at 50 km/h on a slow car 100 m ahead, to one second before contact.',
  durationSeconds: 6.2,
  seed: 5,
  camera: dashcam,
  road: 'country',
  curvature: steady(0),
  ego: { speedMps: steady(kmh(70)), laneOffsetMeters: steady(0) },
  actors: [
    { actorId: 'target', model: 'saloon', paint: 'graphite', startMeters: 100, speedMps: steady(kmh(20)), lateralMeters: steady(0) },
  ],
};

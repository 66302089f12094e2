import { dashcam, kmh, type Scenario, steady } from '../scenario.ts';

/** After Euro NCAP CCRs (car-to-car rear, stationary): 80 km/h towards a standing car; the drive ends at 1 s to collision. */
export const carToCarStationary: Scenario = {
  name: 'car-to-car-stationary',
  description: 'Closing at 80 km/h on a standing car 120 m ahead, to one second before contact.',
  durationSeconds: 4.4,
  seed: 3,
  camera: dashcam,
  road: 'country',
  curvature: steady(0),
  ego: { speedMps: steady(kmh(80)), laneOffsetMeters: steady(0) },
  actors: [{ actorId: 'target', model: 'hatchback', paint: 'red', startMeters: 120, speedMps: steady(0), lateralMeters: steady(0) }],
};

import type { RoadsideScenario } from '../roadside/roadside-scenario.ts';
import { kmh, laneWidthMeters, steady } from '../scenario.ts';
import { countryMast } from './roadside-country.ts';

/** What a watched road is watched for: somebody stops in the lane, somebody drives the wrong way, somebody walks across. */
export const roadsideIncidents: RoadsideScenario = {
  ...countryMast,
  name: 'roadside-incidents',
  description: 'A country road from a mast: a car stops in its lane for 20 s, another comes back the wrong way, a person crosses.',
  durationSeconds: 70,
  seed: 71,
  road: 'country',
  curvature: steady(0),
  actors: [
    {
      actorId: 'stopping',
      model: 'saloon',
      paint: 'red',
      // Stops 27.5 m ahead at 8 s, stands until 28 s.
      startMeters: -40,
      speedMps: [
        [0, kmh(40)],
        [4, kmh(40)],
        [8, 0],
        [28, 0],
        [33, kmh(50)],
      ],
      lateralMeters: steady(0),
    },
    // While it stands, somebody passes on the other side and hides nothing of it.
    {
      actorId: 'passing',
      model: 'hatchback',
      paint: 'white',
      startMeters: 260,
      speedMps: steady(-kmh(55)),
      lateralMeters: steady(-laneWidthMeters),
    },
    {
      actorId: 'walker',
      model: 'person',
      paint: 'blue',
      startMeters: 22,
      speedMps: steady(0),
      lateralMeters: [
        [0, 5],
        [20, 5],
        [30, -9],
      ],
    },
    // Drives away from the camera where traffic comes towards it.
    {
      actorId: 'wrong-way',
      model: 'suv',
      paint: 'silver',
      startMeters: -42 * kmh(50),
      speedMps: steady(kmh(50)),
      lateralMeters: steady(-laneWidthMeters),
    },
    {
      actorId: 'speeding',
      model: 'saloon',
      paint: 'black',
      startMeters: 56 * kmh(88),
      speedMps: steady(-kmh(88)),
      lateralMeters: steady(-laneWidthMeters),
    },
  ],
};

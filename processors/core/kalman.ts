/**
 * One coordinate that moves at a nearly constant velocity, with its covariance. Plain JSON, never changed in place.
 * Time in seconds; the coordinate in any unit.
 */
export interface MovingValue {
  readonly value: number;
  readonly velocity: number;
  readonly valueVariance: number;
  readonly covariance: number;
  readonly velocityVariance: number;
}

/** A coordinate seen for the first time, standing still as far as anyone knows. */
export function startMovingValue(value: number, valueSigma: number, velocitySigma: number): MovingValue {
  return { value, velocity: 0, valueVariance: valueSigma ** 2, covariance: 0, velocityVariance: velocitySigma ** 2 };
}

/**
 * The coordinate some time later.
 * @param seconds At least 0; any length, since the noise grows with it.
 * @param valueNoise Variance that the coordinate itself gains a second.
 * @param velocityNoise Variance that the velocity gains a second.
 */
export function predictMovingValue(state: MovingValue, seconds: number, valueNoise: number, velocityNoise: number): MovingValue {
  const { covariance, velocityVariance } = state;
  // White acceleration integrated over the step (Bar-Shalom, Estimation with Applications to Tracking, 2001, eq. 6.2.2-12).
  return {
    value: state.value + seconds * state.velocity,
    velocity: state.velocity,
    valueVariance:
      state.valueVariance +
      seconds * (2 * covariance + seconds * velocityVariance) +
      valueNoise * seconds +
      (velocityNoise * seconds ** 3) / 3,
    covariance: covariance + seconds * velocityVariance + (velocityNoise * seconds ** 2) / 2,
    velocityVariance: velocityVariance + velocityNoise * seconds,
  };
}

/**
 * The coordinate after a measurement.
 * @param sigma Of the measurement, above 0.
 */
export function correctMovingValue(state: MovingValue, measured: number, sigma: number): MovingValue {
  const total = state.valueVariance + sigma ** 2;
  const gain = state.valueVariance / total;
  const velocityGain = state.covariance / total;
  const innovation = measured - state.value;
  return {
    value: state.value + gain * innovation,
    velocity: state.velocity + velocityGain * innovation,
    valueVariance: (1 - gain) * state.valueVariance,
    covariance: (1 - gain) * state.covariance,
    velocityVariance: state.velocityVariance - velocityGain * state.covariance,
  };
}

/** Something that happened, of which an alert was due or allowed. */
export interface ExpectedEvent {
  /** What it was, in a word or two: `stationary`, `left`, `microsleep`. Figures may be told apart by it. */
  readonly kind: string;
  /** An alert before this comes too early. */
  readonly fromSeconds: number;
  /** By how much it may come too early and still tell of this; what comes sooner is of nothing. */
  readonly earlySeconds?: number;
  /** An alert after this is late. */
  readonly deadlineSeconds: number;
  /** An alert after this belongs to something else. */
  readonly toSeconds: number;
  /** Otherwise an alert is allowed, but nobody misses it. */
  readonly isRequired: boolean;
}

/** An alert that was raised. */
export interface RaisedAlert {
  readonly atSeconds: number;
  readonly severity: string;
  readonly message: string;
}

export interface MatchedEvents<Event extends ExpectedEvent, Raised extends RaisedAlert> {
  /** In the order of `expected`; the alert that told of it, if one did. */
  readonly told: readonly { readonly event: Event; readonly alert: Raised | undefined }[];
  /** Alerts of what was told already. */
  readonly repeated: readonly Raised[];
  /** Alerts of nothing. */
  readonly surplus: readonly Raised[];
}

/**
 * Pairs events and alerts one to one: as many required events as can be, and of those allowed as many as are left over. An alert goes to
 * the window around it that closes first, which pairs as many as any other way does.
 */
export function matchEvents<Event extends ExpectedEvent, Raised extends RaisedAlert>(
  expected: readonly Event[],
  raised: readonly Raised[],
): MatchedEvents<Event, Raised> {
  const alertOf = new Map<Event, Raised>();
  let left = [...raised].sort((a, b) => a.atSeconds - b.atSeconds);
  for (const isRequired of [true, false]) {
    const surplus: Raised[] = [];
    for (const alert of left) {
      const open = expected.filter((event) => event.isRequired === isRequired && !alertOf.has(event) && isWithin(event, alert));
      const first = open.reduce<Event | undefined>((best, event) => (best && best.toSeconds <= event.toSeconds ? best : event), undefined);
      if (first) alertOf.set(first, alert);
      else surplus.push(alert);
    }
    left = surplus;
  }
  const isRepeated = (alert: Raised) => expected.some((event) => isWithin(event, alert));
  return {
    told: expected.map((event) => ({ event, alert: alertOf.get(event) })),
    repeated: left.filter(isRepeated),
    surplus: left.filter((alert) => !isRepeated(alert)),
  };
}

function isWithin({ fromSeconds, toSeconds, earlySeconds = 0 }: ExpectedEvent, { atSeconds }: RaisedAlert): boolean {
  return atSeconds >= fromSeconds - earlySeconds - sameInstantSeconds && atSeconds <= toSeconds + sameInstantSeconds;
}

/** Times of frames are sums of fractions; a microsecond is no difference. */
const sameInstantSeconds = 1e-6;

/** @returns Whether an alert came before anything was to be told. */
export function isTooEarly({ fromSeconds }: ExpectedEvent, alert: RaisedAlert | undefined): boolean {
  return alert !== undefined && alert.atSeconds < fromSeconds - sameInstantSeconds;
}

/** @returns Whether an alert came no later than the event's deadline. */
export function isInTime(event: ExpectedEvent, alert: RaisedAlert | undefined): boolean {
  return alert !== undefined && alert.atSeconds <= event.deadlineSeconds + sameInstantSeconds;
}

import { Hono } from 'hono';
import { z } from 'zod';
import type { Row } from '../../platform/database/database.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { Alert } from '../../schemas/messages.ts';
import type { DatabaseGate } from '../database-gate.ts';
import { cursor, cursorOf, instant, limit, parseQuery, us } from '../query.ts';

/** PostgreSQL takes no zero bytes in a text. */
const name = z.string().regex(/^[^\0]{1,63}$/, 'must be a name of 1 to 63 characters');

/** `from` is within, `to` is not. */
const querySchema = z.strictObject({
  stream: name.optional(),
  type: name.optional(),
  from: instant.optional(),
  to: instant.optional(),
  limit,
  cursor: cursor.optional(),
});

const verdicts = ['correct', 'false'] as const;
/** An alert, and what a person has said of it. */
export type StoredAlert = Alert & { readonly verdict: (typeof verdicts)[number] | null };

/** What `toAlert` reads, of alert left joined with alert_feedback. */
export const alertColumns = `alert.alert_id, verdict, stream_id, vehicle_id, type, severity, state, epoch, sequence, rtp_timestamp, ${us('raised_at')} as raised_at,
  ${us('updated_at')} as updated_at, ${us('cleared_at')} as cleared_at, track_id, message, rule, evidence, model_set, ${us('published_at')} as published_at`;

/** What has been alerted of, newest first; and what a person says of it. */
export function alertRoutes(gate: DatabaseGate): Hono {
  const routes = new Hono().get('/', async (context) => {
    const { stream, type, from, to, limit, cursor } = parseQuery(querySchema, context.req.query());
    // One more than asked for tells whether there is another page.
    const rows = await gate.database.query(
      `select ${alertColumns} from alert left join alert_feedback using (alert_id)
       where ($1::text is null or stream_id = $1) and ($2::text is null or type = $2)
         and ($3::timestamptz is null or raised_at >= $3) and ($4::timestamptz is null or raised_at < $4)
         and ($5::bigint is null or (raised_at, alert.alert_id) < (timestamptz 'epoch' + $5 * interval '1 microsecond', $6::text))
       order by raised_at desc, alert.alert_id desc limit $7`,
      [stream ?? null, type ?? null, from ?? null, to ?? null, cursor?.atUs ?? null, cursor?.id ?? null, limit + 1],
    );
    const alerts = rows.slice(0, limit).map(toAlert);
    const last = rows.length > limit ? alerts.at(-1) : undefined;
    return context.json({ alerts, nextCursor: last ? cursorOf(last.raisedAtUs, last.alertId) : null });
  });
  routes.put('/:id/verdict', async (context) => {
    const result = z.strictObject({ verdict: z.enum(verdicts).nullable() }).safeParse(await context.req.json().catch(() => undefined));
    if (!result.success)
      throw new RoadstreamError('REQUEST_INVALID', 'Send {"verdict": "correct"}, {"verdict": "false"}, or null to take it back.');
    const alertId = context.req.param('id');
    const [known] = await gate.database.query('select 1 as one from alert where alert_id = $1', [alertId]);
    if (!known)
      throw new RoadstreamError(
        'NOT_FOUND',
        `There is no alert ${alertId} in the database; one that was just raised is there within seconds.`,
      );
    if (result.data.verdict === null) await gate.database.query('delete from alert_feedback where alert_id = $1', [alertId]);
    else
      await gate.database.query(
        `insert into alert_feedback (alert_id, verdict) values ($1, $2)
         on conflict (alert_id) do update set verdict = excluded.verdict, given_at = now()`,
        [alertId, result.data.verdict],
      );
    return context.json({ alertId, verdict: result.data.verdict });
  });
  return routes;
}

/** A row of `alertColumns`. */
export function toAlert(row: Row): StoredAlert {
  const orNull = (value: unknown) => (value === null ? null : Number(value));
  return {
    alertId: row.alert_id as string,
    streamId: row.stream_id as string,
    vehicleId: row.vehicle_id as string | null,
    type: row.type as string,
    severity: row.severity as Alert['severity'],
    state: row.state as Alert['state'],
    epoch: Number(row.epoch),
    sequence: Number(row.sequence),
    rtpTimestamp: Number(row.rtp_timestamp),
    raisedAtUs: Number(row.raised_at),
    updatedAtUs: Number(row.updated_at),
    clearedAtUs: orNull(row.cleared_at),
    trackId: orNull(row.track_id),
    message: row.message as string,
    rule: row.rule as string,
    evidence: row.evidence as Alert['evidence'],
    modelSet: row.model_set as string,
    publishedAtUs: Number(row.published_at),
    verdict: row.verdict as StoredAlert['verdict'],
  };
}

import { Hono } from 'hono';
import { z } from 'zod';
import { type Incident, incidentGapUs, incidentsOf } from '../../schemas/incident.ts';
import { unknownVehicle } from '../answers.ts';
import type { DatabaseGate } from '../database-gate.ts';
import type { StreamState } from '../live/stream-state.ts';
import { cursor, cursorOf, instant, limit, parseQuery } from '../query.ts';
import { alertColumns, type StoredAlert, toAlert } from './alerts.ts';

/** Of when incidents began: `from` is within, `to` is not. */
const querySchema = z.strictObject({ from: instant.optional(), to: instant.optional(), limit, cursor: cursor.optional() });

/**
 * All alerts of a page of incidents: vehicle, from, to, cursor (microseconds, id), how many incidents, their gap (microseconds).
 * `back` steps from the newest alert to the one before it and so on, until enough incidents are whole or `from` is passed: of the last
 * one the first alert is not known then, and it is left out. `forth` looks for what comes after `to` and belongs to the newest incident.
 * Step by step, since the embedded database keeps no statistics: asked for all at once, it sorts all alerts of the vehicle.
 */
const pageSql = `
  with recursive back as (
    (select raised_at, alert_id, 1 as number from alert
     where vehicle_id = $1 and ($3::timestamptz is null or raised_at < $3)
       and ($4::bigint is null or (raised_at, alert_id) < (timestamptz 'epoch' + $4 * interval '1 microsecond', $5::text))
     order by raised_at desc, alert_id desc limit 1)
    union all
    select older.raised_at, older.alert_id, number + (back.raised_at - older.raised_at > $7 * interval '1 microsecond')::integer
    from back, lateral (
      select raised_at, alert_id from alert
      where vehicle_id = $1 and (raised_at, alert_id) < (back.raised_at, back.alert_id)
      order by raised_at desc, alert_id desc limit 1
    ) as older
    where number <= $6 and ($2::timestamptz is null or back.raised_at >= $2)
  ), forth as (
    (select raised_at, alert_id from back order by raised_at desc, alert_id desc limit 1)
    union all
    select newer.raised_at, newer.alert_id
    from forth, lateral (
      select raised_at, alert_id from alert
      where vehicle_id = $1 and (raised_at, alert_id) > (forth.raised_at, forth.alert_id)
      order by raised_at, alert_id limit 1
    ) as newer
    where newer.raised_at - forth.raised_at <= $7 * interval '1 microsecond'
  )
  select ${alertColumns} from alert left join alert_feedback using (alert_id)
  where vehicle_id = $1
    and (raised_at, alert.alert_id) <= (select raised_at, alert_id from forth order by raised_at desc, alert_id desc limit 1)
    and (raised_at, alert.alert_id) >= (
      select raised_at, alert_id from back
      where number < coalesce((select number from back where number > $6 or raised_at < $2), number + 1)
      order by raised_at, alert_id limit 1
    )`;

/** A vehicle's dangerous moments, newest first, each with the alerts that belong to it. */
export function incidentRoutes(gate: DatabaseGate, streams: StreamState): Hono {
  return new Hono().get('/:id/incidents', async (context) => {
    const vehicleId = context.req.param('id');
    const { from, to, limit, cursor } = parseQuery(querySchema, context.req.query());
    // One more than asked for tells whether there is another page. PostgreSQL takes no zero bytes in a text; no vehicle has one in its name.
    const parameters = [vehicleId, from ?? null, to ?? null, cursor?.atUs ?? null, cursor?.id ?? null, limit + 1, incidentGapUs];
    const rows = vehicleId.includes('\0') ? [] : await gate.database.query(pageSql, parameters);
    if (rows.length === 0 && !streams.hasVehicle(vehicleId)) throw unknownVehicle(vehicleId);
    const found: Incident<StoredAlert>[] = incidentsOf(rows.map(toAlert));
    const incidents = found.slice(0, limit);
    const last = found.length > limit ? incidents.at(-1) : undefined;
    return context.json({ incidents, nextCursor: last ? cursorOf(last.firstAtUs, last.incidentId) : null });
  });
}

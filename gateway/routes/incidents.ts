import { Hono } from 'hono';
import { z } from 'zod';
import { type Incident, incidentsOf } from '../../schemas/incident.ts';
import { unknownVehicle } from '../answers.ts';
import type { DatabaseGate } from '../database-gate.ts';
import type { StreamState } from '../live/stream-state.ts';
import { cursor, cursorOf, instant, limit, parseQuery } from '../query.ts';
import { alertColumns, type StoredAlert, toAlert } from './alerts.ts';

/** Of when incidents began: `from` is within, `to` is not. */
const querySchema = z.strictObject({ from: instant.optional(), to: instant.optional(), limit, cursor: cursor.optional() });

/** A vehicle's dangerous moments, newest first, each with the alerts that belong to it. */
export function incidentRoutes(gate: DatabaseGate, streams: StreamState): Hono {
  return new Hono().get('/:id/incidents', async (context) => {
    const vehicleId = context.req.param('id');
    const { from, to, limit, cursor } = parseQuery(querySchema, context.req.query());
    // One more than asked for tells whether there is another page.
    const rows = vehicleId.includes('\0')
      ? []
      : await gate.database.query(
          `with placed as (
             select alert_id, incident_at, incident_id from alert_incident where vehicle_id = $1
           ), chosen as (
             select distinct incident_at, incident_id from placed
             where ($2::timestamptz is null or incident_at >= $2) and ($3::timestamptz is null or incident_at < $3)
               and ($4::bigint is null or (incident_at, incident_id) < (timestamptz 'epoch' + $4 * interval '1 microsecond', $5::text))
             order by incident_at desc, incident_id desc limit $6
           )
           select ${alertColumns} from alert join placed using (alert_id) join chosen using (incident_id) left join alert_feedback using (alert_id)`,
          [vehicleId, from ?? null, to ?? null, cursor?.atUs ?? null, cursor?.id ?? null, limit + 1],
        );
    if (rows.length === 0 && !streams.hasVehicle(vehicleId)) throw unknownVehicle(vehicleId);
    const found: Incident<StoredAlert>[] = incidentsOf(rows.map(toAlert));
    const incidents = found.slice(0, limit);
    const last = found.length > limit ? incidents.at(-1) : undefined;
    return context.json({ incidents, nextCursor: last ? cursorOf(last.firstAtUs, last.incidentId) : null });
  });
}

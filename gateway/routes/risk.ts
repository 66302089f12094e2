import { Hono } from 'hono';
import { z } from 'zod';
import type { Row } from '../../platform/database/database.ts';
import { type Risk, riskParts } from '../../schemas/risk.ts';
import { unknownVehicle } from '../answers.ts';
import type { DatabaseGate } from '../database-gate.ts';
import type { StreamState } from '../live/stream-state.ts';
import { answerRows } from '../long-answer.ts';
import { instant, parseQuery, us } from '../query.ts';

/** Rows of one query: a quarter of an hour of seconds, and a few milliseconds of the database. */
const pageRows = 1000;

/** `from` is within, `to` is not; the last hour unless given. */
const querySchema = z.strictObject({ from: instant.optional(), to: instant.optional() });
type Period = z.output<typeof querySchema>;

const csvHeader = ['at', 'score', ...riskParts, 'ego_speed_mps'].join(',');

/** How risky each second of a vehicle was, oldest first: as JSON and as CSV. */
export function riskRoutes(gate: DatabaseGate, streams: StreamState): Hono {
  const answer = (vehicleId: string, as: 'json' | 'csv', period: Period) =>
    answerRows(risksOf(gate, vehicleId, period), as, { name: `${vehicleId}-risk`, key: 'risk', csvHeader, csvLine }, () => {
      if (!streams.hasVehicle(vehicleId)) throw unknownVehicle(vehicleId);
    });
  return new Hono()
    .get('/:id/risk', (context) => answer(context.req.param('id'), 'json', parseQuery(querySchema, context.req.query())))
    .get('/:id/risk.csv', (context) => answer(context.req.param('id'), 'csv', parseQuery(querySchema, context.req.query())));
}

async function* risksOf(gate: DatabaseGate, vehicleId: string, { from, to }: Period): AsyncGenerator<Risk[], void> {
  // PostgreSQL takes no zero bytes in a text; no vehicle has one in its name.
  if (vehicleId.includes('\0')) return;
  for (let after: number | null = null; ; ) {
    const rows: Row[] = await gate.database.query(
      `select ${us('second')} as at_us, score, ${riskParts.join(', ')}, ego_speed from vehicle_risk
       where vehicle_id = $1
         and second >= coalesce($2::timestamptz, coalesce($3::timestamptz, now()) - interval '1 hour')
         and second < coalesce($3::timestamptz, 'infinity')
         and ($4::bigint is null or second > timestamptz 'epoch' + $4 * interval '1 microsecond')
       order by second limit $5`,
      [vehicleId, from ?? null, to ?? null, after, pageRows],
    );
    if (rows.length > 0) yield rows.map((row) => toRisk(vehicleId, row));
    if (rows.length < pageRows) return;
    after = Number(rows.at(-1)!.at_us);
  }
}

function toRisk(vehicleId: string, row: Row): Risk {
  const parts = Object.fromEntries(riskParts.map((part) => [part, row[part]])) as Risk['parts'];
  return { vehicleId, atUs: Number(row.at_us), score: row.score as number | null, parts, egoSpeedMps: row.ego_speed as number | null };
}

function csvLine({ atUs, score, parts, egoSpeedMps }: Risk): string {
  return [new Date(atUs / 1000).toISOString(), score, ...riskParts.map((part) => parts[part]), egoSpeedMps?.toFixed(1)].join(',');
}

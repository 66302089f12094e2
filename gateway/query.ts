import { z } from 'zod';
import { RoadstreamError } from '../schemas/errors.ts';

const instantError = 'must be a time like 2026-01-31T12:00:00Z';

/** A moment, ISO 8601. */
export const instant = z.iso
  .datetime({ offset: true, error: instantError })
  // PostgreSQL knows no year 0, and no zone 16 hours away.
  .refine((text) => !text.startsWith('0000') && !/[+-](1[6-9]|2\d):\d\d$/.test(text), instantError);

/** A row as a place in a list that is sorted by time and then by name: microseconds, name. */
export const cursor = z.string().transform((text, context) => {
  const [atUs, id] = Buffer.from(text, 'base64url').toString().split(' ');
  if (/^\d{1,16}$/.test(atUs!) && id && !id.includes('\0')) return { atUs: Number(atUs), id };
  context.addIssue({ code: 'custom', message: 'must be the nextCursor of an earlier answer' });
  return z.NEVER;
});

/** @returns What `cursor` reads. */
export function cursorOf(atUs: number, id: string): string {
  return Buffer.from(`${atUs} ${id}`).toString('base64url');
}

/** How many of a list are answered at once. */
export const limit = z.coerce.number({ error: 'must be a whole number from 1 to 500' }).int().min(1).max(500).default(100);

/** @throws REQUEST_INVALID, naming what a query may hold. */
export function parseQuery<S extends z.ZodObject>(schema: S, query: Record<string, string>): z.output<S> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const reasons = result.error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  const known = Object.keys(schema.shape).join(', ');
  throw new RoadstreamError('REQUEST_INVALID', `The query is not understood: ${reasons.join('; ')}. It may hold ${known}.`);
}

/** SQL: microseconds of a timestamptz, exactly. */
export function us(column: string): string {
  return `(extract(epoch from ${column}) * 1000000)::bigint`;
}

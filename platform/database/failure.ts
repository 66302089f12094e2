import { RoadstreamError } from '../../schemas/errors.ts';

/** What PostgreSQL's own errors carry, from the client and from PGlite. */
interface PostgresFailure {
  /** SQLSTATE, five characters. */
  readonly code?: string;
  readonly message?: string;
  readonly detail?: string;
}

/**
 * Gives what a database client threw as an error of ours.
 * @param where The database, without credentials.
 * @returns DISK_FULL, DATABASE_UNAVAILABLE or DATABASE_FAILED; retryable where the same statement may succeed later.
 * Source: PostgreSQL, Appendix A (SQLSTATE classes).
 */
export function databaseFailure(thrown: unknown, where: string): RoadstreamError {
  if (thrown instanceof RoadstreamError) return thrown;
  const { code = '', message = String(thrown), detail } = thrown as PostgresFailure;
  const said = detail ? `${message} (${detail})` : message;
  if (code === '53100' || code === 'ENOSPC')
    return new RoadstreamError(
      'DISK_FULL',
      `The disk of ${where} is full${said && `: ${said}`}. Free some space; writing goes on by itself.`,
      {
        cause: thrown,
        retryable: true,
      },
    );
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
  // 28: credentials refused. 3D: no such database. Trying again without mending the address changes nothing.
  if (isSqlState && /^(28|3D)/.test(code))
    return new RoadstreamError('DATABASE_UNAVAILABLE', `${where} refuses: ${said}. Check user, password and database name.`, {
      cause: thrown,
    });
  // 08: connection. 53: out of connections or memory. 57P: shutting down, starting up, crashed. Without a SQLSTATE it never got there.
  if (!isSqlState || /^(08|53|57P)/.test(code))
    return new RoadstreamError('DATABASE_UNAVAILABLE', `${where} cannot be reached: ${said}. Check that it runs.`, {
      cause: thrown,
      retryable: true,
    });
  // 40: serialisation failure or deadlock: the transaction was undone and may be run again.
  return new RoadstreamError('DATABASE_FAILED', `${where} refused a statement: ${said} [${code}].`, {
    cause: thrown,
    retryable: code.startsWith('40'),
  });
}

/** Whether the values themselves are at fault (SQLSTATE 22: data, 23: constraints), so that writing them again is in vain. */
export function isRowRefused(thrown: unknown): boolean {
  const cause = thrown instanceof RoadstreamError ? (thrown.cause as PostgresFailure | undefined) : undefined;
  return /^2[23]/.test(cause?.code ?? '');
}

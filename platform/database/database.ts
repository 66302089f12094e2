export type Row = Readonly<Record<string, unknown>>;

/** A PostgreSQL, embedded (PGlite) or at an address. One small port: the same SQL runs on both. */
export interface Database {
  /**
   * Runs one statement with $1, $2 … parameters.
   * @throws DATABASE_UNAVAILABLE (retryable) or DATABASE_FAILED or DISK_FULL.
   */
  query<R extends Row = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
  /** Runs several statements without parameters, as a migration has them, in one transaction. */
  execute(sql: string): Promise<void>;
  close(): Promise<void>;
}

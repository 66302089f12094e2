import type { Database } from '../platform/database/database.ts';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';

/** A database that may come up after the gateway, or never: until then asking for it is an error that says so. */
export class DatabaseGate {
  #database: Database | undefined;
  #missing: string | undefined = 'The database is not open yet; the log has the reason if this lasts.';

  constructor(database: Database | Promise<Database>) {
    Promise.resolve(database).then(
      (opened) => {
        this.#database = opened;
        this.#missing = undefined;
      },
      (thrown) => {
        this.#missing = `The database could not be opened (${asRoadstreamError(thrown).code}); the log has the reason.`;
      },
    );
  }

  /** Why there is none. */
  get missing(): string | undefined {
    return this.#missing;
  }

  /** @throws DATABASE_UNAVAILABLE */
  get database(): Database {
    if (!this.#database) throw new RoadstreamError('DATABASE_UNAVAILABLE', this.#missing!, { retryable: true });
    return this.#database;
  }
}

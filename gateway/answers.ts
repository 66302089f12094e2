import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';
import { asRoadstreamError, type ErrorCode, RoadstreamError } from '../schemas/errors.ts';

const statuses: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  REQUEST_INVALID: 400,
  REQUEST_REFUSED: 403,
  NOT_FOUND: 404,
  CODEC_UNSUPPORTED: 409,
  MESSAGE_TOO_LARGE: 413,
  OVERLOADED: 503,
  SOURCE_STALLED: 503,
  DATABASE_UNAVAILABLE: 503,
};

/** @returns HTTP status of an error; 500 for what is not the client's to know. */
export function statusOf(code: ErrorCode): ContentfulStatusCode {
  return statuses[code] ?? 500;
}

/** What is told of an error: code and message, never a stack, and of a failure of our own nothing but that it was one. */
export function errorBody(thrown: unknown): { error: { code: ErrorCode; message: string } } {
  const { code, message } = asRoadstreamError(thrown);
  return statusOf(code) === 500
    ? { error: { code, message: 'The gateway failed to answer this; its log has the reason.' } }
    : { error: { code, message } };
}

/** Answers a request with an error. */
export function answerError(context: Context, thrown: unknown, log: Logger): Response {
  const error = asRoadstreamError(thrown);
  const status = statusOf(error.code);
  if (status === 500) log.error({ err: error, method: context.req.method, path: context.req.path }, 'request failed');
  if (status === 503) context.header('Retry-After', '1');
  return context.json(errorBody(error), status);
}

/** @throws NOT_FOUND */
export function unknownStream(streamId: string): RoadstreamError {
  return new RoadstreamError('NOT_FOUND', `There is no stream ${streamId}; GET /api/v3/streams lists them.`);
}

/** @throws NOT_FOUND */
export function unknownVehicle(vehicleId: string): RoadstreamError {
  return new RoadstreamError(
    'NOT_FOUND',
    `No camera is of vehicle ${vehicleId}, and nothing is recorded of it in this time; GET /api/v3/streams lists them.`,
  );
}

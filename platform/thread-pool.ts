/**
 * FFmpeg waits for a camera's next bytes on a thread of Node's pool, one for each camera, and Node has four: with four
 * silent cameras not even a file could be read any more. Threads that only wait cost next to nothing, so there are many.
 * Node reads the variable when the pool is first used, therefore this module must be loaded before that.
 */
process.env.UV_THREADPOOL_SIZE ??= '128';

/** How many sources may wait at once; the rest of the pool (8 threads) stays for files, names and decoders. */
export const waitingSourcesLimit = Math.max(1, Number(process.env.UV_THREADPOOL_SIZE) - 8);

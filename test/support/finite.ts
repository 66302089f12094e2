import assert from 'node:assert/strict';

/** Fails where a number anywhere in a message or state is NaN or infinite, and names the place. */
export function assertFinite(value: unknown, place = '$'): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${place} is ${value}`);
  else if (value !== null && typeof value === 'object' && !Buffer.isBuffer(value))
    for (const [name, each] of Object.entries(value)) assertFinite(each, `${place}.${name}`);
}

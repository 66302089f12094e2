import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shownAddress } from '../../platform/redact.ts';

test('shows where a camera is and nothing of who may see it', () => {
  const cases = [
    ['rtsp://camera.example:554/live/1', 'rtsp://camera.example:554/live/1'],
    ['rtsp://user:secret@10.0.0.7/live', 'rtsp://10.0.0.7/live'],
    ['RTSPS://user@10.0.0.7/live', 'RTSPS://10.0.0.7/live'],
    ['rtsp://user:p%40ss@[fe80::1]:554/', 'rtsp://[fe80::1]:554/'],
    // Many cameras take the password in query or path.
    ['rtsp://10.0.0.7/live?token=abc123&channel=1', 'rtsp://10.0.0.7/live?token=***&channel=1'],
    ['rtsp://10.0.0.7/user=admin&password=abc&channel=1&stream=0.sdp', 'rtsp://10.0.0.7/user=***&password=***&channel=1&stream=0.sdp'],
    // Not percent-encoded, and therefore no valid address; still nothing shows.
    ['rtsp://user:12/34@10.0.0.7/live', 'rtsp://10.0.0.7/live'],
    ['user:secret@10.0.0.7', '10.0.0.7'],
    ['file:///clips/a@b.mp4', 'file:///clips/a@b.mp4'],
    ['sim:car-to-car-braking', 'sim:car-to-car-braking'],
  ] as const;
  for (const [address, shown] of cases) assert.equal(shownAddress(address), shown, address);
});

test('never shows a password, however it is written and wherever it stands', () => {
  // Long and unlike anything else in the address, so that finding it means that it leaked.
  const secret = fc.string({ minLength: 0, maxLength: 20, unit: 'grapheme-ascii' }).map((middle) => `Zq7${middle}xW9`);
  const place = fc.constantFrom('10.0.0.7/live', 'camera:554/', '[fe80::1]/a/b?channel=1', 'x');
  fc.assert(
    fc.property(fc.constantFrom('rtsp', 'rtsps', 'http'), secret, secret, place, (scheme, user, password, rest) => {
      for (const written of [`${user}:${password}`, `${encodeURIComponent(user)}:${encodeURIComponent(password)}`]) {
        const shown = shownAddress(`${scheme}://${written}@${rest}`);
        assert.doesNotMatch(shown, /Zq7|xW9/);
      }
      const token = encodeURIComponent(password);
      for (const name of ['token', 'access_token', 'password', 'pwd', 'auth', 'sig', 'apikey'])
        assert.doesNotMatch(shownAddress(`${scheme}://${rest.split('?')[0]}?channel=1&${name}=${token}`), /Zq7|xW9/);
    }),
  );
});

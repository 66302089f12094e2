import type { RoomState } from '../live/control-room.ts';
import { formatMoment } from '../live/format.ts';

/** Name, how many cameras are live, whether the gateway is heard, the gateway's time. */
export function TopBar({ state }: { readonly state: RoomState }) {
  const live = state.streams?.filter((stream) => stream.state === 'live').length ?? 0;
  const all = state.streams?.length ?? 0;
  return (
    <header class="top">
      <h1>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M9.6 3 3 21M14.4 3 21 21" />
          <path class="logo-dash" d="M12 4v3M12 10.5v3.5M12 17.5V21" />
        </svg>
        roadstream
      </h1>
      {all > 0 && (
        <p class="top-cameras" data-connection={state.connection}>
          {live} of {all} {all === 1 ? 'camera' : 'cameras'} live
        </p>
      )}
      <p class="link" data-connection={state.connection} role="status">
        {state.connection === 'open' ? 'Connected' : state.connection === 'lost' ? 'Connection lost' : 'Connecting'}
      </p>
      <time class="top-time">{formatMoment(state.nowUs, state.nowUs)}</time>
    </header>
  );
}

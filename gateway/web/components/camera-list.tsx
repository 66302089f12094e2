import type { StreamView } from '../../../schemas/live.ts';
import { analysisTrouble } from '../live/analysis.ts';
import type { ControlRoom, RoomState } from '../live/control-room.ts';
import { formatRate } from '../live/format.ts';
import { VehicleList } from './vehicle-list.tsx';

/** Every camera with its state, to pick from. */
export function CameraList({ room, state }: { readonly room: ControlRoom; readonly state: RoomState }) {
  if (!state.streams || state.streams.length === 0) return null;
  return (
    <nav class="cameras" aria-label="Cameras">
      <VehicleList state={state} />
      <ul>
        {state.streams.map((stream) => (
          <li key={stream.streamId}>
            <button
              type="button"
              class="camera"
              data-stream={stream.streamId}
              data-state={stream.state}
              data-analysis={analysisTrouble(stream)?.name}
              aria-current={stream.streamId === state.selectedId}
              onClick={() => room.select(stream.streamId)}
            >
              <span class="lamp" data-lit={state.connection === 'lost' ? 'off' : lampOf(stream)} />
              <strong>{stream.streamId}</strong>
              <span class="camera-where">{[stream.vehicleId, stream.kind].filter(Boolean).join(' · ')}</span>
              <span class="camera-how">{summary(stream)}</span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const lamp = { live: 'live', connecting: 'busy', waiting: 'fault', stalled: 'fault', refused: 'fault', ended: 'off' } as const;

/** A camera that nobody can make sense of is not well, however steadily it sends. */
function lampOf(stream: StreamView): 'live' | 'busy' | 'fault' | 'off' {
  return analysisTrouble(stream)?.name === 'failing' ? 'fault' : lamp[stream.state];
}

function summary(stream: StreamView): string {
  if (stream.state !== 'live') return words[stream.state];
  const trouble = analysisTrouble(stream);
  if (trouble) return trouble.short;
  const size = stream.height > 0 ? `${stream.height}p` : '';
  return [size, `${formatRate(stream.framesPerSecond)}/s`].filter(Boolean).join(' ');
}

const words = {
  connecting: 'connecting',
  waiting: 'not reachable',
  stalled: 'sends nothing',
  refused: 'not accepted',
  ended: 'ended',
} as const;

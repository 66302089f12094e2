import type { StreamView } from '../../../schemas/live.ts';
import { isAnalysisBehind } from '../live/analysis.ts';
import type { ControlRoom, RoomState } from '../live/control-room.ts';
import { formatDuration, formatRate } from '../live/format.ts';
import type { OverlayMode } from '../live/overlay/perception-buffer.ts';
import { useStore } from './use-store.ts';

/** A status said longer ago does not speak of now; the frame's age then runs on the gateway's clock. */
const staleStatusUs = 3_000_000;
const modes: readonly { readonly mode: OverlayMode; readonly name: string; readonly title: string }[] = [
  { mode: 'lowestLatency', name: 'Lowest latency', title: 'The newest frame at once, boxes moved forward to it' },
  { mode: 'exact', name: 'Exact', title: 'Each frame waits for what was seen in it' },
];

interface HealthProps {
  readonly room: ControlRoom;
  readonly state: RoomState;
  readonly stream: StreamView;
}

/** How the selected camera does, in figures, and the choice between the two ways of drawing. */
export function Health({ room, state, stream }: HealthProps) {
  const picture = useStore(room.pictureState);
  const isWanting = stream.state !== 'live';
  const isBehind = isAnalysisBehind(stream);
  return (
    <section class="health" aria-label={`Health of ${stream.streamId}`} data-stream={stream.streamId} data-state={stream.state}>
      <dl>
        <Figure name="received" label="Received" value={formatRate(stream.framesPerSecond)} unit="frames/s" isWanting={isWanting} />
        <Figure
          name="analysed"
          label="Analysed"
          value={formatRate(stream.analysedFramesPerSecond)}
          unit="frames/s"
          isWanting={isWanting || isBehind}
        />
        <Figure name="newest-frame" label="Newest frame" {...duration(newestFrameAgeMs(stream, state.nowUs))} isWanting={isWanting} />
        <Figure name="perception" label="Seen after" {...duration(stream.perceptionLatencyMs)} />
        <Figure name="picture" label="Picture behind" {...duration(picture.pictureAgeMs)} isWanting={picture.phase === 'stalled'} />
        <Figure name="reconnects" label="Reconnects" value={String(stream.reconnects)} unit="" />
      </dl>
      {stream.canPlay && (
        <fieldset class="modes">
          <legend class="unseen">How boxes are drawn</legend>
          {modes.map(({ mode, name, title }) => (
            <label key={mode} title={title}>
              <input type="radio" name="mode" checked={state.mode === mode} onChange={() => room.setMode(mode)} />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
      )}
      {isBehind && state.connection === 'open' && (
        <p class="trouble" data-trouble="analysis-behind">
          Analysis is behind: boxes may be missing. Fewer cameras, a lower analysedFramesPerSecond, or the yolox-nano detector help.
        </p>
      )}
      {stream.errorMessage && picture.phase === 'playing' && <p class="trouble">{stream.errorMessage}</p>}
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly isWanting?: boolean;
}

function Figure({ name, label, value, unit, isWanting = false }: FigureProps) {
  return (
    <div data-figure={name} data-wanting={isWanting}>
      <dt>{label}</dt>
      <dd>
        {value} {unit && <small>{unit}</small>}
      </dd>
    </div>
  );
}

function duration(ms: number | null): { readonly value: string; readonly unit: string } {
  if (ms === null) return { value: '–', unit: '' };
  const [value = '', unit = ''] = formatDuration(Math.max(0, ms)).split(' ');
  return { value, unit };
}

/** As the camera's side measured it when it last spoke. */
function newestFrameAgeMs({ newestFrameAtUs, updatedAtUs }: StreamView, nowUs: number): number | null {
  if (newestFrameAtUs === null) return null;
  return ((nowUs - updatedAtUs > staleStatusUs ? nowUs : updatedAtUs) - newestFrameAtUs) / 1000;
}

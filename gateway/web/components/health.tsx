import type { StreamView } from '../../../schemas/live.ts';
import type { Gap } from '../../../schemas/messages.ts';
import { analysisTrouble } from '../live/analysis.ts';
import type { ControlRoom, RoomState } from '../live/control-room.ts';
import { formatDuration, formatMoment, formatRate } from '../live/format.ts';
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
  const trouble = analysisTrouble(stream);
  const { analysis } = stream;
  // In the picture's place the same stands already.
  const isTroubleShown = state.connection === 'open' && (trouble?.name !== 'failing' || picture.phase === 'playing');
  return (
    <section class="health" aria-label={`Health of ${stream.streamId}`} data-stream={stream.streamId} data-state={stream.state}>
      <dl>
        <Figure name="received" label="Received" value={formatRate(stream.framesPerSecond)} unit="frames/s" isWanting={isWanting} />
        <Figure
          name="analysed"
          label="Analysed"
          value={formatRate(stream.analysedFramesPerSecond)}
          unit={analysis ? `of ${formatRate(analysis.wantedFramesPerSecond)}/s` : 'frames/s'}
          isWanting={isWanting || trouble !== undefined}
        />
        <Figure name="newest-frame" label="Newest frame" {...duration(newestFrameAgeMs(stream, state.nowUs))} isWanting={isWanting} />
        <Figure name="perception" label="Seen after" {...duration(stream.perceptionLatencyMs)} />
        <Figure name="picture" label="Picture behind" {...duration(picture.pictureAgeMs)} isWanting={picture.phase === 'stalled'} />
        <Figure name="reconnects" label="Reconnects" value={String(stream.reconnects)} unit="" />
        {analysis?.lastGap && <Gaps count={analysis.gaps} last={analysis.lastGap} nowUs={state.nowUs} />}
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
      {trouble && isTroubleShown && (
        <p class="trouble" data-trouble={`analysis-${trouble.name}`}>
          {trouble.message}
        </p>
      )}
      {stream.errorMessage && picture.phase === 'playing' && <p class="trouble">{stream.errorMessage}</p>}
    </section>
  );
}

/** Times that the analysis left pictures out to be up to date again. */
function Gaps({ count, last, nowUs }: { readonly count: number; readonly last: Gap; readonly nowUs: number }) {
  const unit = `last ${formatDuration((last.toUs - last.fromUs) / 1000)}, ${formatMoment(last.fromUs, nowUs)}`;
  return <Figure name="gaps" label="Gaps" value={String(count)} unit={unit} title={last.reason} />;
}

interface FigureProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly isWanting?: boolean;
  readonly title?: string;
}

function Figure({ name, label, value, unit, isWanting = false, title }: FigureProps) {
  return (
    <div data-figure={name} data-wanting={isWanting} title={title}>
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

import { mostUrgent } from '../live/alert-list.ts';
import type { ControlRoom, RoomState } from '../live/control-room.ts';
import { evidenceFigures, humanName } from '../live/format.ts';
import { SeverityMark } from './severity-mark.tsx';

/** The most urgent danger there is now, whichever camera sees it; cautions are left to the list. */
export function Banner({ room, state }: { readonly room: ControlRoom; readonly state: RoomState }) {
  const alert = mostUrgent(state.alerts, state.nowUs);
  const isShown = alert !== undefined && alert.severity !== 'caution';
  return (
    <div class="banner-place" role="alert">
      {isShown && (
        <div class="banner" data-severity={alert.severity} data-alert-id={alert.alertId}>
          <SeverityMark severity={alert.severity} />
          <div>
            <strong>{humanName(alert.type)}</strong>
            <p>{alert.message}</p>
          </div>
          <dl class="evidence">
            {evidenceFigures(alert.evidence).map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {alert.streamId !== state.selectedId && (
            <button type="button" onClick={() => room.select(alert.streamId)}>
              Show {alert.streamId}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

import { useEffect } from 'preact/hooks';
import { type Incident, incidentsOf } from '../../../schemas/incident.ts';
import type { Alert } from '../../../schemas/messages.ts';
import { alertEnding, isActive } from '../live/alert-list.ts';
import { analysisTrouble } from '../live/analysis.ts';
import type { Verdict } from '../live/api.ts';
import type { ControlRoom, RoomState } from '../live/control-room.ts';
import { alertFigures, formatDuration, formatMoment, humanName } from '../live/format.ts';
import { SeverityMark } from './severity-mark.tsx';

/** Every incident, newest first, with its alerts: what is dangerous now and what was. */
export function AlertPanel({ room, state }: { readonly room: ControlRoom; readonly state: RoomState }) {
  const incidents = incidentsOf(state.alerts);
  const active = incidents.filter((incident) => isGoingOn(incident, state.nowUs)).length;
  const isBlind = state.streams?.some((stream) => ['failing', 'absent'].includes(analysisTrouble(stream)?.name ?? ''));
  // Seen in the tab while the page is behind another one.
  useEffect(() => {
    document.title = active > 0 ? `(${active}) roadstream` : 'roadstream';
  }, [active]);
  return (
    <aside class="alerts" aria-labelledby="alerts-title">
      <header>
        <h2 id="alerts-title">Alerts</h2>
        {/* Silence is no all-clear while nothing can be heard. */}
        <p data-active={active}>
          {active > 0 ? `${active} now` : state.connection !== 'open' ? 'not connected' : isBlind ? 'not all analysed' : 'all clear'}
        </p>
      </header>
      {state.alerts.length === 0 ? (
        <p class="alerts-none">
          Nothing dangerous so far. When the gap to a vehicle ahead closes too fast, it stands here within a fraction of a second.
        </p>
      ) : (
        <ol>
          {incidents.map((incident) => (
            <IncidentRow key={incident.incidentId} incident={incident} room={room} state={state} />
          ))}
        </ol>
      )}
    </aside>
  );
}

interface IncidentRowProps {
  readonly incident: Incident;
  readonly room: ControlRoom;
  readonly state: RoomState;
}

/** An incident of one alert is that alert. */
function IncidentRow({ incident, room, state }: IncidentRowProps) {
  const { nowUs } = state;
  const rows = incident.alerts.map((alert) => (
    <AlertRow key={alert.alertId} alert={alert} verdict={state.verdicts[alert.alertId] ?? null} room={room} nowUs={nowUs} />
  ));
  if (rows.length === 1) return rows[0]!;
  const isNow = isGoingOn(incident, nowUs);
  const lasted = `${formatDuration((incident.lastAtUs - incident.firstAtUs) / 1000)}`;
  return (
    <li class="incident" data-incident-id={incident.incidentId} data-severity={incident.severity} data-active={isNow}>
      <p class="incident-head">
        <SeverityMark severity={incident.severity} />
        <strong>Incident of {rows.length} alerts</strong>
        <span>
          {incident.vehicleId} · {isNow ? 'now' : lasted}
        </span>
      </p>
      <ol>{rows}</ol>
    </li>
  );
}

function isGoingOn({ alerts }: Incident, nowUs: number): boolean {
  return alerts.some((alert) => isActive(alert, nowUs));
}

interface AlertRowProps {
  readonly alert: Alert;
  readonly verdict: Verdict | null;
  readonly room: ControlRoom;
  readonly nowUs: number;
}

const verdictNames: readonly (readonly [Verdict, string])[] = [
  ['correct', 'Right'],
  ['false', 'False alarm'],
];

function AlertRow({ alert, verdict, room, nowUs }: AlertRowProps) {
  const where = [alert.vehicleId, alert.streamId].filter(Boolean).join(' · ');
  return (
    <li
      class="alert"
      data-alert-id={alert.alertId}
      data-type={alert.type}
      data-severity={alert.severity}
      data-state={alert.state}
      data-stream={alert.streamId}
      data-active={isActive(alert, nowUs)}
    >
      <button type="button" class="alert-body" onClick={() => room.select(alert.streamId)} title={`Show ${alert.streamId}. ${alert.rule}`}>
        <SeverityMark severity={alert.severity} />
        <strong>{humanName(alert.type)}</strong>
        <time dateTime={new Date(alert.raisedAtUs / 1000).toISOString()}>{formatMoment(alert.raisedAtUs, nowUs)}</time>
        <span class="alert-message">{alert.message}</span>
        <span class="alert-figures">
          {alertFigures(alert).map(({ name, value }) => (
            <span key={name}>
              {name} <b>{value}</b>
            </span>
          ))}
        </span>
        <span class="alert-where">
          {where}
          <span>{alertEnding(alert, nowUs)}</span>
        </span>
      </button>
      <p class="verdict">
        {verdictNames.map(([said, name]) => (
          <button type="button" key={said} aria-pressed={verdict === said} onClick={() => void room.judge(alert.alertId, said)}>
            {name}
          </button>
        ))}
      </p>
    </li>
  );
}

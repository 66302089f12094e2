import { type Risk, riskParts } from '../../../schemas/risk.ts';
import type { RoomState } from '../live/control-room.ts';
import { riskTone, riskWords } from '../live/risk-words.ts';

/** How risky each vehicle's drive is now, and why. */
export function VehicleList({ state }: { readonly state: RoomState }) {
  const risks = Object.values(state.risks);
  if (risks.length === 0 || state.connection === 'lost') return null;
  return (
    <ul class="vehicles" aria-label="Risk of each vehicle">
      {risks.map((risk) => (
        <li key={risk.vehicleId} class="vehicle" data-vehicle={risk.vehicleId} data-tone={riskTone(risk)} title={pointsOf(risk)}>
          <span class="vehicle-risk">
            <b>{risk.score}</b> risk
          </span>
          <strong>{risk.vehicleId}</strong>
          <span class="vehicle-why">{riskWords(risk)}</span>
        </li>
      ))}
    </ul>
  );
}

/** Each part as if it were alone. */
function pointsOf({ parts }: Risk): string {
  return riskParts.map((part) => `${part} ${parts[part] ?? 'not known'}`).join(', ');
}

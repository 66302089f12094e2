import type { Alert, Perception, Seen } from '../../schemas/messages.ts';
import type { CameraAim } from '../core/camera-aim.ts';
import type { Picture } from '../stages/decoder.ts';

/** An analysed picture's place in its stream. */
export interface Frame extends Pick<Perception, 'epoch' | 'sequence' | 'capturedAtUs' | 'rtpTimestamp' | 'width' | 'height'> {
  /** What is known of the vehicle at that moment, from elsewhere. */
  readonly vehicle: VehicleState;
}

/** The newest that a vehicle has told within the last seconds; null where it tells nothing. */
export interface VehicleState {
  readonly speedMps: number | null;
  readonly indicator: 'left' | 'right' | 'off' | null;
  /** Of its driver, from the cabin camera. */
  readonly attention: 'road' | 'away' | 'asleep' | null;
}

export const unknownVehicle: VehicleState = { speedMps: null, indicator: null, attention: null };

/** What one picture has led to. */
export interface Judgement {
  readonly seen: Partial<Seen>;
  /** Only what changed in this picture. publishedAtUs is 0: the edge fills it in. */
  readonly alerts: readonly Alert[];
  /** In models, of all of them together. */
  readonly inferenceMs: number;
  /** Where a lane shows the camera to look; null where none does. */
  readonly aim?: CameraAim | null;
}

/**
 * What one stream's pictures are looked at for, by the kind of its camera. Apart from `inferenceMs` a judgement depends on the state and
 * the pictures alone.
 */
export interface Senses {
  /** Names and hashes of the models that see. */
  readonly modelSet: string;
  /** Of the state's layout: Checkpoint.version. A state of another version is never restored. */
  readonly stateVersion: number;
  /** Whether the stream must not be analysed less often now. */
  readonly isInDanger: boolean;
  /** How many track ids have been given out; 0 where there are none. */
  readonly idsGiven: number;
  /** Of the driver, where the camera looks at one. */
  readonly attention: VehicleState['attention'];
  /** Copies from the picture what it needs; the decoder goes on after it. */
  take(picture: Picture): void;
  /**
   * Judges the picture taken last.
   * @throws INFERENCE_STUCK, INFERENCE_FAILED; the state is then as it was, and the next call works.
   */
  judge(frame: Frame): Promise<Judgement>;
  /** Everything the next judgement depends on. Plain JSON, never changed in place. */
  snapshot(): unknown;
  /** Goes on exactly from where `snapshot` was taken, also after a way through JSON. */
  restore(state: unknown): void;
  /** Leaves out track ids that the stream's former owner may have given out after its last checkpoint. */
  leaveOutIds(): void;
  close(): void;
}

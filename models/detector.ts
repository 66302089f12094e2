import type { Box } from '../schemas/messages.ts';

/** One box in one picture. */
export interface Detection {
  /** COCO's name, one of roadClasses. */
  readonly class: string;
  /** 0..1 */
  readonly score: number;
  /** In pixels of the detector's input (not yet of the picture). */
  readonly boxPx: Box;
}

/** What matters on a road; a detector gives nothing else. */
export const roadClasses = ['person', 'bicycle', 'car', 'motorcycle', 'bus', 'truck', 'traffic light', 'stop sign'] as const;

export interface DetectionResult {
  /** One list an input, in the order of the inputs. */
  readonly detections: readonly (readonly Detection[])[];
  /** Inference alone, all inputs together; where other streams' inputs ran with them, theirs included. */
  readonly inferenceMs: number;
}

/** A loaded detection model. Its input is a fixed-size RGB picture; the caller scales and maps back. */
export interface Detector {
  readonly name: string;
  /** SHA-256 of the model, first 16 hex digits: part of every perception's model set. */
  readonly hash: string;
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** `stretch`: the picture fills the input. `letterbox`: it keeps its shape, lies at the top left, the rest is `padding`. */
  readonly fit: 'stretch' | 'letterbox';
  /** Value 0..255 of the pixels that the picture does not cover. */
  readonly padding: number;
  /**
   * @param inputs Each uint8 RGB, interleaved, [inputHeight, inputWidth, 3]. Not kept after the call.
   * @throws INFERENCE_STUCK after the deadline (the session is being replaced; the next call works), INFERENCE_FAILED.
   */
  detect(inputs: readonly Uint8Array[]): Promise<DetectionResult>;
  close(): Promise<void>;
}

/** How perceptions, alerts and checkpoints name the models that saw. */
export function modelSetOf({ name, hash }: Pick<Detector, 'name' | 'hash'>): string {
  return `${name}:${hash}`;
}

import { asRoadstreamError } from '../schemas/errors.ts';
import type { Detector } from './detector.ts';
import { type FaceModels, openFaceModels } from './face.ts';
import type { NetworkName } from './manifest.ts';
import { type ModelOptions, type Network, openNetwork } from './network.ts';
import { type DetectorOptions, openDetector } from './session.ts';
import { type LineReader, openLineReader, openTextModels, type TextModels } from './text.ts';

/** The models of a process, each loaded once, when it is first asked for. */
export interface Models {
  /** @throws What `openDetector` throws. */
  detector(): Promise<Detector>;
  /** @throws What `openFaceModels` throws. */
  face(): Promise<FaceModels>;
  /** @throws What `openTextModels` throws. */
  text(): Promise<TextModels>;
  /** For numbers on signs. @returns undefined when it is not there. @throws What `openLineReader` throws else. */
  signText(): Promise<LineReader | undefined>;
  /** @returns The better of those that have been fetched; undefined when none has. @throws What `openNetwork` throws else. */
  laneNetwork(): Promise<Network | undefined>;
  /** @returns undefined when it has not been fetched. @throws What `openNetwork` throws else. */
  signNetwork(): Promise<Network | undefined>;
}

/** @param options Of the detector; the other models take their device and folders from them. */
export function createModels(options: DetectorOptions): Models & { close(): Promise<void> } {
  const { dataDirectory, mirror, device, largestBatch, log } = options;
  const common: ModelOptions = { dataDirectory, mirror, device, largestBatch, log };
  const closing: (() => Promise<void>)[] = [];
  const once = <Model extends { close(): Promise<void> } | undefined>(open: () => Promise<Model>): (() => Promise<Model>) => {
    let opened: Promise<Model> | undefined;
    closing.push(async () => (await opened?.catch(() => undefined))?.close());
    return () => {
      opened ??= open();
      return opened;
    };
  };
  return {
    detector: once(() => openDetector(options)),
    face: once(() => openFaceModels(common)),
    text: once(() => openTextModels(common)),
    signText: once(() => unlessMissing(openLineReader(common))),
    laneNetwork: once(() => openFirstFetched(['lanes-small', 'lanes-nano'], common)),
    signNetwork: once(() => openFirstFetched(['signs'], common)),
    async close() {
      await Promise.all(closing.map((close) => close()));
    },
  };
}

async function openFirstFetched(names: readonly NetworkName[], options: ModelOptions): Promise<Network | undefined> {
  for (const name of names) {
    const network = await unlessMissing(openNetwork({ ...options, name }));
    if (network) return network;
  }
  return undefined;
}

async function unlessMissing<Model>(opening: Promise<Model>): Promise<Model | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (asRoadstreamError(error).code !== 'MODEL_MISSING') throw error;
    return undefined;
  }
}

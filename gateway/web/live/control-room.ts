import type { LiveMessage, StreamView } from '../../../schemas/live.ts';
import type { Alert } from '../../../schemas/messages.ts';
import type { Risk } from '../../../schemas/risk.ts';
import { mergeAlerts } from './alert-list.ts';
import { fetchAlerts, fetchStreams, sendVerdict, type Verdict } from './api.ts';
import { LiveSocket, type SocketState } from './live-socket.ts';
import type { OverlayMode } from './overlay/perception-buffer.ts';
import { initialPictureState, Picture } from './picture.ts';
import { ServerClock } from './server-clock.ts';
import { createStore } from './store.ts';
import { canReceive } from './whep-player.ts';

export interface RoomState {
  readonly connection: SocketState;
  /** In the order in which they were announced; null until the gateway has told. */
  readonly streams: readonly StreamView[] | null;
  readonly alerts: readonly Alert[];
  /** What was said of alerts, by their ids. */
  readonly verdicts: Readonly<Record<string, Verdict | null>>;
  /** How risky each vehicle's drive is now, by vehicle. */
  readonly risks: Readonly<Record<string, Risk>>;
  readonly selectedId: string | null;
  readonly mode: OverlayMode;
  /** The gateway's wall clock, moved on twice a second. */
  readonly nowUs: number;
}

/** What of burned-in pictures is asked for: legible, and light on the gateway. */
const burnedIn = { framesPerSecond: 10, width: 1280 };
/** Clocks and silences are shown to the second. */
const clockMs = 500;
const modeKey = 'roadstream.mode';

/** Everything that the page knows, and the connections that it knows it from. */
export class ControlRoom {
  readonly state = createStore<RoomState>({
    connection: 'connecting',
    streams: null,
    alerts: [],
    verdicts: {},
    risks: {},
    selectedId: location.hash.slice(1) || null,
    mode: localStorage.getItem(modeKey) === 'exact' ? 'exact' : 'lowestLatency',
    nowUs: Date.now() * 1000,
  });
  readonly pictureState = createStore(initialPictureState);
  readonly #clock = new ServerClock();
  readonly #socket: LiveSocket;
  #picture: Picture | undefined;
  #refresh: AbortController | undefined;

  constructor() {
    this.#socket = new LiveSocket(new URL('/api/v3/live', location.href.replace(/^http/, 'ws')).href, {
      onState: (connection) => {
        // What was told before the connection went does not speak of now.
        this.state.update({ connection, ...(connection === 'open' && { risks: {} }) });
        if (connection === 'open') void this.#load();
      },
      onMessage: (message) => this.#take(message),
      onFrame: (frame) => {
        if (frame.header.streamId === this.#picture?.streamId) void this.#picture.addFrame(frame);
      },
    });
  }

  start(): void {
    this.#socket.subscribe('streams');
    this.#socket.subscribe('alerts');
    this.#socket.subscribe('risk');
    this.#socket.connect();
    addEventListener('online', () => this.#socket.connect());
    addEventListener('hashchange', () => this.select(location.hash.slice(1)));
    addEventListener('pagehide', () => this.#picture?.close());
    setInterval(() => this.state.update({ nowUs: this.#clock.now(Date.now()) * 1000 }), clockMs);
  }

  get picture(): Picture | undefined {
    return this.#picture;
  }

  select(streamId: string): void {
    history.replaceState(null, '', `#${streamId}`);
    this.state.update({ selectedId: streamId });
  }

  /** Says whether an alert was right; saying the same again takes it back. */
  async judge(alertId: string, said: Verdict): Promise<void> {
    const verdict = this.state.get().verdicts[alertId] === said ? null : said;
    try {
      await sendVerdict(alertId, verdict);
      this.state.update({ verdicts: { ...this.state.get().verdicts, [alertId]: verdict } });
    } catch (thrown) {
      console.warn(`not kept: ${(thrown as Error).message}`);
    }
  }

  setMode(mode: OverlayMode): void {
    localStorage.setItem(modeKey, mode);
    this.state.update({ mode });
    this.#picture?.setMode(mode);
  }

  /**
   * Shows a stream in the elements until the returned function is called.
   * @param means From `meansFor`.
   */
  show(streamId: string, means: 'webrtc' | 'burnedIn', video: HTMLVideoElement, canvas: HTMLCanvasElement): () => void {
    const { mode, streams } = this.state.get();
    const picture = new Picture({ streamId, means, mode, video, canvas, clock: this.#clock, state: this.pictureState });
    this.#picture = picture;
    const stream = streams?.find((one) => one.streamId === streamId);
    if (stream) picture.setCameraLive(stream.state === 'live');
    const channel = means === 'webrtc' ? `perceptions:${streamId}` : `frames:${streamId}`;
    this.#socket.subscribe(channel, means === 'webrtc' ? {} : burnedIn);
    return () => {
      this.#socket.unsubscribe(channel);
      picture.close();
      if (this.#picture === picture) this.#picture = undefined;
    };
  }

  /** What happened while nothing was heard is asked for at each connection. */
  async #load(): Promise<void> {
    this.#refresh?.abort();
    this.#refresh = new AbortController();
    const { signal } = this.#refresh;
    const [streams, alerts] = await Promise.allSettled([fetchStreams(signal), fetchAlerts(signal)]);
    if (signal.aborted) return;
    this.#setStreams(streams.status === 'fulfilled' ? streams.value : []);
    if (alerts.status === 'fulfilled')
      this.state.update({
        alerts: mergeAlerts(this.state.get().alerts, alerts.value),
        verdicts: { ...this.state.get().verdicts, ...Object.fromEntries(alerts.value.map(({ alertId, verdict }) => [alertId, verdict])) },
      });
  }

  #take(message: LiveMessage): void {
    const receivedAtMs = performance.timeOrigin + performance.now();
    if (message.type === 'perception') {
      this.#clock.observe(message.perception.timing.publishedAtUs, receivedAtMs);
      if (message.perception.streamId === this.#picture?.streamId) this.#picture.addPerception(message.perception);
    } else if (message.type === 'alert') {
      this.state.update({ alerts: mergeAlerts(this.state.get().alerts, [message.alert]) });
    } else if (message.type === 'stream') {
      // Before all of them are known it would be chance which one is selected.
      const known = this.state.get().streams;
      if (known) this.#setStreams(placeStream(known, message.stream));
    } else if (message.type === 'risk') {
      const { [message.risk.vehicleId]: _, ...others } = this.state.get().risks;
      this.state.update({
        risks: message.risk.score === null ? others : { ...this.state.get().risks, [message.risk.vehicleId]: message.risk },
      });
    } else if (message.type === 'error') {
      console.warn(`${message.code}: ${message.message}`);
    }
  }

  #setStreams(streams: readonly StreamView[]): void {
    const { selectedId } = this.state.get();
    const selected = streams.find(({ streamId }) => streamId === selectedId) ?? streams.find(({ state }) => state === 'live') ?? streams[0];
    this.state.update({ streams, selectedId: selected?.streamId ?? null });
    if (selected && selected.streamId === this.#picture?.streamId) this.#picture.setCameraLive(selected.state === 'live');
  }
}

/** In the place of what was known of it, at the end when it is new. */
function placeStream(known: readonly StreamView[], stream: StreamView): readonly StreamView[] {
  const at = known.findIndex(({ streamId }) => streamId === stream.streamId);
  return at === -1 ? [...known, stream] : known.with(at, stream);
}

/** How a stream's picture gets to this browser. */
export function meansFor(stream: StreamView): 'webrtc' | 'burnedIn' {
  return stream.canPlay && (stream.codec === null || canReceive(stream.codec)) ? 'webrtc' : 'burnedIn';
}

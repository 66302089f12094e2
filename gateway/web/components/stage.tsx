import { useEffect, useRef } from 'preact/hooks';
import type { StreamView } from '../../../schemas/live.ts';
import { type ControlRoom, meansFor, type RoomState } from '../live/control-room.ts';
import { formatDuration } from '../live/format.ts';
import { Banner } from './banner.tsx';
import { noticeFor } from './notice.tsx';
import { useStore } from './use-store.ts';

interface StageProps {
  readonly room: ControlRoom;
  readonly state: RoomState;
  readonly stream: StreamView | undefined;
}

/** The live picture with what is seen drawn over it, and what must be said about it. */
export function Stage({ room, state, stream }: StageProps) {
  const frame = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useStore(room.pictureState);
  const streamId = stream?.streamId;
  const means = stream && meansFor(stream);
  useEffect(() => {
    if (streamId && means) return room.show(streamId, means, video.current!, canvas.current!);
  }, [room, streamId, means]);

  const notice = noticeFor(state, stream, picture);
  const isPlaying = stream !== undefined && picture.phase === 'playing';
  return (
    <section class="stage" ref={frame} aria-label="Live picture" data-phase={stream ? picture.phase : 'none'} data-means={means}>
      <video ref={video} muted autoplay playsInline disablePictureInPicture />
      <canvas ref={canvas} />
      {stream && (
        <p class="caption">
          <span class="lamp" data-lit={isPlaying ? 'live' : 'off'} />
          <strong>{stream.streamId}</strong>
          {isPlaying && (
            <span>{picture.pictureAgeMs === null ? 'live' : `${formatDuration(Math.max(0, picture.pictureAgeMs))} behind`}</span>
          )}
          {isPlaying && means === 'burnedIn' && <span>as pictures: this browser cannot play {stream.codec ?? 'its codec'}</span>}
        </p>
      )}
      {stream && (
        <button type="button" class="icon" title="Full screen" onClick={() => toggleFullScreen(frame.current!)}>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5" />
          </svg>
          <span class="unseen">Full screen</span>
        </button>
      )}
      <Banner room={room} state={state} />
      {notice}
    </section>
  );
}

function toggleFullScreen(element: HTMLElement): void {
  void (document.fullscreenElement ? document.exitFullscreen() : element.requestFullscreen()).catch(() => {});
}

import type { ComponentChildren, VNode } from 'preact';
import type { StreamView } from '../../../schemas/live.ts';
import { analysisTrouble } from '../live/analysis.ts';
import type { RoomState } from '../live/control-room.ts';
import { formatDuration } from '../live/format.ts';
import type { PictureState } from '../live/picture.ts';

/** What stands in the picture's place, or over its last frame, when it does not play: what is wrong and what to do. */
export function noticeFor(state: RoomState, stream: StreamView | undefined, picture: PictureState): VNode | undefined {
  // Whatever was known of the cameras is old by then; only a picture that still plays speaks for itself.
  if (state.connection === 'lost' && (!stream || picture.phase !== 'playing'))
    return (
      <Notice name="gateway" title="roadstream does not answer" isFault={stream !== undefined}>
        <p>The page tries again by itself. Is it still running where you started it?</p>
      </Notice>
    );
  if (!stream) {
    if (state.streams === null) return <Notice name="loading" title="Connecting" isBusy />;
    return (
      <Notice name="empty" title="No camera yet">
        <p>Start roadstream with the address of a camera:</p>
        <pre>npm start -- --camera rtsp://user:password@host:554/stream</pre>
        <p>or list several in roadstream.yaml. They appear here by themselves.</p>
      </Notice>
    );
  }
  if (picture.phase === 'playing') return undefined;
  if (stream.state !== 'live') {
    const { title, advice } = cameraTrouble[stream.state];
    return (
      <Notice name={stream.state} title={title} isBusy={stream.state === 'connecting'} isFault={stream.state !== 'connecting'}>
        <p>{stream.errorMessage ?? advice}</p>
        {stream.errorMessage && <p>{advice}</p>}
      </Notice>
    );
  }
  const trouble = analysisTrouble(stream);
  if (trouble?.name === 'failing')
    return (
      <Notice name="undecodable" title="The camera sends, but nothing can be seen" isFault>
        <p>{trouble.message}</p>
      </Notice>
    );
  if (picture.phase === 'stalled')
    return (
      <Notice name="picture-stalled" title="The picture stands still" isFault>
        <p>
          No new frame for <strong>{formatDuration(picture.stalledForMs)}</strong>. What you see is the last one.
        </p>
      </Notice>
    );
  if (picture.phase === 'unreachable')
    return (
      <Notice name="unreachable" title="The picture cannot be had now" isFault>
        <p>{picture.failure} The page tries again by itself.</p>
      </Notice>
    );
  return <Notice name="connecting" title="Opening the picture" isBusy />;
}

const cameraTrouble: Readonly<Record<Exclude<StreamView['state'], 'live'>, { readonly title: string; readonly advice: string }>> = {
  connecting: { title: 'Connecting to the camera', advice: 'The first picture comes with its next keyframe.' },
  stalled: { title: 'The camera sends nothing', advice: 'It is connected, but no frame comes. It is connected anew by itself.' },
  waiting: { title: 'The camera cannot be reached', advice: 'It is tried again by itself.' },
  ended: { title: 'The recording has ended', advice: 'A file plays again from its beginning with loop: true.' },
  refused: { title: 'The camera is not accepted', advice: 'It is not tried again until its entry in the configuration is changed.' },
};

interface NoticeProps {
  readonly name: string;
  readonly title: string;
  readonly isBusy?: boolean;
  readonly isFault?: boolean;
  readonly children?: ComponentChildren;
}

function Notice({ name, title, isBusy = false, isFault = false, children }: NoticeProps) {
  return (
    <div class="notice" data-notice={name} data-fault={isFault} role="status">
      {isBusy && <span class="busy" />}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

import type { ControlRoom } from '../live/control-room.ts';
import { AlertPanel } from './alert-panel.tsx';
import { CameraList } from './camera-list.tsx';
import { Health } from './health.tsx';
import { Stage } from './stage.tsx';
import { TopBar } from './top-bar.tsx';
import { useStore } from './use-store.ts';

/** The control room: the picture, how the cameras are, and what is dangerous. */
export function App({ room }: { readonly room: ControlRoom }) {
  const state = useStore(room.state);
  const selected = state.streams?.find(({ streamId }) => streamId === state.selectedId);
  return (
    <>
      <TopBar state={state} />
      <main data-connection={state.connection}>
        <Stage room={room} state={state} stream={selected} />
        {selected && <Health room={room} state={state} stream={selected} />}
        <CameraList room={room} state={state} />
      </main>
      <AlertPanel room={room} state={state} />
    </>
  );
}

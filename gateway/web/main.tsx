import { render } from 'preact';
import { App } from './components/app.tsx';
import { ControlRoom } from './live/control-room.ts';
import './page-api.ts';

const room = new ControlRoom();
window.roadstream = {
  stats: () => room.picture?.stats(),
  setMode: (mode) => room.setMode(mode),
  select: (streamId) => room.select(streamId),
};
render(<App room={room} />, document.querySelector('#app')!);
room.start();

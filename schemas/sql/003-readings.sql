-- One row a text that a scanner has read, in its best form. Corners are pixels of the newest frame that shows it: x, y, x, y, …
create table reading (
  reading_id text primary key,
  stream_id text not null,
  vehicle_id text,
  text text not null,
  is_plate boolean not null,
  confidence real not null,
  corners jsonb not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  model_set text not null
);
create index reading_by_stream on reading (stream_id, first_seen_at, reading_id);

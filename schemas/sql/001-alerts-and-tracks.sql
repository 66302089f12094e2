-- One row an alert, in its newest state. Times are the frames' own, to the microsecond.
create table alert (
  alert_id text primary key,
  stream_id text not null,
  vehicle_id text,
  type text not null,
  severity text not null check (severity in ('caution', 'warning', 'critical')),
  state text not null check (state in ('raised', 'updated', 'cleared')),
  epoch bigint not null,
  sequence bigint not null,
  rtp_timestamp bigint not null,
  raised_at timestamptz not null,
  updated_at timestamptz not null,
  cleared_at timestamptz,
  track_id bigint,
  message text not null,
  rule text not null,
  evidence jsonb not null,
  model_set text not null,
  published_at timestamptz not null
);
create index alert_by_time on alert (raised_at desc, alert_id desc);
create index alert_by_stream on alert (stream_id, raised_at desc);

-- What one track did within one second of capture time. Distances in metres, speeds in metres a second, times in seconds.
create table track_second (
  stream_id text not null,
  second timestamptz not null,
  track_id bigint not null,
  vehicle_id text,
  class text not null,
  frames integer not null,
  score_mean real not null,
  lead_frames integer not null,
  path_frames integer not null,
  distance_min real,
  ttc_min real,
  closing_speed_max real,
  primary key (stream_id, second, track_id)
);
create index track_second_by_time on track_second (second desc);

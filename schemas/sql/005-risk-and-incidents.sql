-- What one camera said of its vehicle's risk within one second of capture time. Parts are whole points from 0 to 99 as if alone, null where
-- nobody can say; what they mean stands in schemas/risk.ts.
create table risk_second (
  vehicle_id text not null,
  second timestamptz not null,
  stream_id text not null,
  frames integer not null,
  collision integer,
  headway integer,
  lane integer,
  gaze integer,
  drowsiness integer,
  speed integer,
  unseen integer,
  ego_speed real,
  primary key (vehicle_id, second, stream_id)
);
do $$
begin
  if not exists (select from pg_extension where extname = 'timescaledb') then return; end if;
  perform create_hypertable('risk_second', by_range('second', interval '1 day'));
  if coalesce(current_setting('timescaledb.license', true), 'apache') = 'timescale' then
    execute 'alter table risk_second set (timescaledb.compress, timescaledb.compress_segmentby = ''vehicle_id'', timescaledb.compress_orderby = ''second desc'')';
    perform add_compression_policy('risk_second', interval '7 days');
  end if;
end $$;

-- A vehicle's risk, 0 to 100, of all its cameras. Same as scoreOf in schemas/risk.ts: 1.4 m/s is walking pace.
create view vehicle_risk as
select *, case
    when coalesce(collision, headway, lane, gaze, drowsiness, speed, unseen) is null then null
    when ego_speed < 1.4 then 0
    else 100 - (100 - coalesce(collision, 0))::bigint * (100 - coalesce(headway, 0)) * (100 - coalesce(lane, 0)) * (100 - coalesce(gaze, 0))
      * (100 - coalesce(drowsiness, 0)) * (100 - coalesce(speed, 0)) * (100 - coalesce(unseen, 0)) / 1000000000000
  end::integer as score
from (
  select vehicle_id, second, max(collision) as collision, max(headway) as headway, max(lane) as lane, max(gaze) as gaze,
    max(drowsiness) as drowsiness, max(speed) as speed, max(unseen) as unseen, max(ego_speed) as ego_speed
  from risk_second group by vehicle_id, second
) as together;

create index alert_by_vehicle on alert (vehicle_id, raised_at, alert_id);

-- Where TimescaleDB is there, track_second becomes a hypertable, compressed after a week where the licence allows; elsewhere nothing.
do $$
begin
  if not exists (select from pg_available_extensions where name = 'timescaledb') then return; end if;
  begin
    create extension if not exists timescaledb;
  exception when others then
    -- Available but not preloaded, or this user may not: a plain table does the same, slower.
    raise warning 'TimescaleDB is there but cannot be used: %', sqlerrm;
    return;
  end;
  perform create_hypertable('track_second', by_range('second', interval '1 day'), migrate_data => true);
  if coalesce(current_setting('timescaledb.license', true), 'apache') = 'timescale' then
    execute 'alter table track_second set (timescaledb.compress, timescaledb.compress_segmentby = ''stream_id'', timescaledb.compress_orderby = ''second desc'')';
    perform add_compression_policy('track_second', interval '7 days');
  end if;
end $$;

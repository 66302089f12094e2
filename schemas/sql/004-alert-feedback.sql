-- What a person said of an alert. Without a foreign key: the alert itself may still wait in a recorder's buffer.
create table alert_feedback (
  alert_id text primary key,
  verdict text not null check (verdict in ('correct', 'false')),
  given_at timestamptz not null default now()
);

-- Repairs of a run, so far.
alter table reconciliation_run add column repaired bigint not null default 0;

-- Copies whose content a run has read as wrong, and no later one as right.
create table reconciliation_suspect (
  storage_node varchar(260) not null,
  owner        uuid         not null,
  object_id    uuid         not null,
  -- The run that read it first.
  run_id       uuid         not null,
  seen_at      timestamp with time zone not null,
  primary key (storage_node, owner, object_id)
);

-- Repairs that failed, and whose copy was not repaired since. A repair that fails in several runs waits before it is tried again.
create table reconciliation_failure (
  storage_node varchar(260) not null,
  kind         varchar(32)  not null,
  owner        uuid         not null,
  object_id    uuid         not null,
  -- Runs in a row in which it failed.
  failures     integer      not null,
  -- The last of them, so that its repeated write counts once.
  run_id       uuid         not null,
  last_at      timestamp with time zone not null,
  primary key (storage_node, kind, owner, object_id)
);

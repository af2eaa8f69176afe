-- The runs of reconciliation, and where they found that metadata records and files disagree. Runs write these rows themselves:
-- they are no projection of events, and are not deleted when the tables are rebuilt.
create table reconciliation_run (
  id           uuid         not null primary key,
  run_number   bigint       not null,
  -- Sequence number of the run's last event.
  revision     bigint       not null,
  mode         varchar(16)  not null,
  phase        varchar(32)  not null,
  abort_reason varchar(32),
  ordered_by   varchar(255) not null,
  created_at   timestamp with time zone not null,
  ended_at     timestamp with time zone,
  nodes        integer      not null,
  compared     integer      not null,
  not_compared integer      not null,
  found        bigint       not null
);
create unique index reconciliation_run_number on reconciliation_run (run_number);

create table reconciliation_finding (
  run_id        uuid         not null,
  storage_node  varchar(260) not null,
  kind          varchar(32)  not null,
  owner         uuid         not null,
  object_id     uuid         not null,
  claimed_bytes bigint       not null,
  found_bytes   bigint       not null,
  -- When file or record last changed. Null: unknown.
  since         timestamp with time zone,
  other_copies  integer      not null,
  -- Numbers of shards, separated by blanks.
  shards        varchar(64)  not null,
  state         varchar(32)  not null,
  detail        text not null,
  primary key (run_id, storage_node, kind, owner, object_id)
);
create index reconciliation_finding_kind on reconciliation_finding (run_id, kind, storage_node, owner, object_id);

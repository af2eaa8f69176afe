-- What jobs did, in a shape to be asked for. All of it is made from the journal and may be made anew.

-- How far each persistence id's events have been taken in.
create table projection (
  persistence_id  varchar(255) primary key,
  sequence_number bigint not null
);

create table job (
  id           uuid primary key,
  leaving_node varchar(255) not null,
  datacenter   varchar(255) not null,
  state        varchar(32)  not null,
  reason       text         not null,
  created_at   timestamp with time zone not null,
  ended_at     timestamp with time zone,
  pass         integer not null,
  epoch        bigint  not null,
  discovered   bigint  not null,
  relocated    bigint  not null,
  superseded   bigint  not null,
  gone         bigint  not null,
  duplicate    bigint  not null,
  skipped      bigint  not null,
  failed       bigint  not null,
  in_flight    bigint  not null,
  bytes        bigint  not null
);

create index job_newest on job (created_at desc, id desc);

-- Records that were skipped or failed in the present or last pass of a job, in the order in which that became known.
create table object_exception (
  job_id     uuid         not null,
  ordinal    bigint       not null,
  shard      integer      not null,
  record_key text         not null,
  kind       varchar(16)  not null,
  reason     varchar(64)  not null,
  detail     text         not null,
  primary key (job_id, ordinal)
);

create index object_exception_reason on object_exception (job_id, reason, ordinal);

-- What was done to jobs, and by which incarnation.
create table audit (
  persistence_id  varchar(255) not null,
  sequence_number bigint       not null,
  at              timestamp with time zone not null,
  job_id          uuid         not null,
  action          varchar(64)  not null,
  detail          text         not null,
  primary key (persistence_id, sequence_number)
);

create index audit_newest on audit (at desc, persistence_id desc, sequence_number desc);

-- What jobs did, by minute. A minute in which a job did nothing has no row, so a job has at most 1,440 rows for each day.
create table job_rate (
  job_id       uuid   not null,
  -- Minutes since 1970 in UTC, of the time at which the journal stored the events.
  at_minute    bigint not null,
  placed       bigint not null,
  copied       bigint not null,
  copied_bytes bigint not null,
  relocated    bigint not null,
  superseded   bigint not null,
  gone         bigint not null,
  duplicate    bigint not null,
  bytes        bigint not null,
  skipped      bigint not null,
  failed       bigint not null,
  primary key (job_id, at_minute)
);

-- Which events of a job the rows of job_rate count. A job without a row here has none that are counted.
create table job_rate_span (
  job_id     uuid   primary key,
  -- Sequence number of the last event that is counted.
  counted_to bigint not null,
  -- The time of the first event since which all are counted. Null: all are. An earlier build has projected those before.
  since      timestamp with time zone
);

-- Earlier attempts to move the records that a job left: what a row of object_exception contained before a further attempt,
-- or before the record was settled. At most 9 for each record; the last attempt is in object_exception.
create table object_attempt (
  job_id        uuid        not null,
  shard         integer     not null,
  record_digest varchar(64) not null,
  -- That of the row of object_exception: grows with each attempt.
  ordinal       bigint      not null,
  pass          integer     not null,
  kind          varchar(16) not null,
  reason        varchar(64) not null,
  detail        text        not null,
  -- Null: no destination was chosen, or an earlier build stored the attempt.
  storage_node  varchar(255),
  assignment_id uuid,
  -- Null: an earlier build stored the attempt.
  at            timestamp with time zone,
  primary key (job_id, shard, record_digest, ordinal)
);

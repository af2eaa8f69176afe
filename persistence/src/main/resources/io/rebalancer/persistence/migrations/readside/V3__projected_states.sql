-- A projector resumes from the stored state of a job, without the events before it.

-- The state of a job as of event state_sequence_number, which is at most sequence_number. Null: the state is not known,
-- because an earlier build wrote the row. The state is a snapshot's bytes, compressed with gzip, in Base64.
alter table projection add column state_sequence_number bigint;
alter table projection add column state_serializer integer;
alter table projection add column state_manifest varchar(255);
alter table projection add column state text;

-- Jobs whose events can't be projected at the moment.
create table projection_failure (
  job_id   uuid    primary key,
  since    timestamp with time zone not null,
  next_try timestamp with time zone not null,
  attempts integer not null,
  cause    text    not null
);

-- The pass that reported the record last. Null: an earlier build wrote the row, in the pass that was current.
alter table object_exception add column pass integer;
-- SHA-256 of shard and key, because a key may be too long for an index. Null: an earlier build wrote the row.
alter table object_exception add column record_digest varchar(64);

create unique index object_exception_record on object_exception (job_id, record_digest);

-- Table object_exception names every unmoved record, so that a job can retry from it.

-- How many events left the record on the leaving node, over all passes. Earlier builds did not count.
alter table object_exception add column attempts integer not null default 1;
-- The assignment that the record was in when the last event left it. Null: no destination was chosen, or an earlier build
-- wrote the row.
alter table object_exception add column storage_node varchar(255);
alter table object_exception add column assignment_id uuid;
-- When the first and the last of those events were stored. Null: an earlier build wrote the row.
alter table object_exception add column first_at timestamp with time zone;
alter table object_exception add column last_at timestamp with time zone;

-- Rows without a digest may be older reports of records that have a later row.
delete from object_exception where (job_id, ordinal) in (
  select job_id, ordinal
  from (
    select job_id, ordinal, row_number() over (partition by job_id, shard, record_key order by ordinal desc) as place
    from object_exception
  ) as placed
  where place > 1
);
update object_exception set record_digest = ${record-digest} where record_digest is null;
-- A row without a pass was written in the current pass, because the start of the next pass sets it.
update object_exception set pass = coalesce((select pass from job where job.id = object_exception.job_id), 0)
where pass is null;
alter table object_exception alter column record_digest set not null;
alter table object_exception alter column pass set not null;

-- One row for each record. A job reads the rows of one shard in the order of the digest.
drop index object_exception_record;
create unique index object_exception_record on object_exception (job_id, shard, record_digest);

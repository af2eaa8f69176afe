-- Copies that may stay on a storage node, and that no record is known to name. No event removes a row.
create table orphan (
  job_id        uuid         not null,
  assignment_id uuid         not null,
  object_id     uuid         not null,
  storage_node  varchar(255) not null,
  detail        text         not null,
  recorded_at   timestamp with time zone not null,
  primary key (job_id, assignment_id, object_id)
);

create index orphan_newest on orphan (recorded_at desc, job_id desc, assignment_id desc, object_id desc);
create index orphan_newest_of_job on orphan (job_id, recorded_at desc, assignment_id desc, object_id desc);

-- Assignments that have ended, and whose agent has not acknowledged that. While there are any, events follow the end of
-- the job. Earlier builds did not wait for agents, so the jobs that they ended have none.
alter table job add column pending_releases integer not null default 0;

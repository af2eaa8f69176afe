-- Events that the tables include may be deleted from the journal. The rows of such a job can't be rebuilt from the journal.

-- Events up to this number may be deleted; stored before the first of them is deleted. 0: the journal has all events.
alter table projection add column deletion_begun_to bigint not null default 0;
-- Events up to this number are deleted.
alter table projection add column deleted_to bigint not null default 0;

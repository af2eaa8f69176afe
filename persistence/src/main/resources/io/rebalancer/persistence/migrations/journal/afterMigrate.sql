-- All rights that a manager's user needs. The tables may belong to another user.
grant select, insert, update, delete on event_journal, event_tag, snapshot to "${user}";
grant select, insert, update, delete on projection, projection_failure, job, object_exception, object_attempt, audit, audit_entry, orphan to "${user}";
grant usage, select on sequence event_journal_ordering_seq to "${user}";
grant select on schema_history to "${user}";

-- The audit log of operator actions. Table audit lists events of jobs, and is another list.
create table audit_entry (
  -- Of the event; of an intact log also the number of the entry.
  sequence_number bigint primary key,
  -- The entry's one text, whose hash is in it.
  line            text   not null
);

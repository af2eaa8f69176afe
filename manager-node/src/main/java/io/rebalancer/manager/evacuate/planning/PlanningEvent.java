package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.ScanPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * An event that planning reports to its listener, once and in order. Low-water marks travel with or after the event that
 * reports the records before them, so a listener that stores the events in order loses no record.
 */
public sealed interface PlanningEvent {
    /** With keys and details of usual length an event of this many records is stored in a few tens of kilobytes. */
    int RECORDS_PER_EVENT = 100;

    /**
     * An assignment is planned, and space is leased for it.
     *
     * @param marks low-water marks by shard that have advanced
     */
    record BatchReady(Assignment assignment, Map<Integer, ScanPosition> marks) implements PlanningEvent {
        public BatchReady {
            marks = Map.copyOf(marks);
        }

        /** The event that takes the place of this one if the assignment can't be planned after all. */
        public RecordsUnplaced unplaced(Reason reason, String detail) {
            List<UnmovedRecord> records = assignment.tasks().stream()
                    .map(task -> new UnmovedRecord(task.record(), UnmovedRecord.Kind.SKIPPED, reason, detail))
                    .toList();
            return new RecordsUnplaced(records, marks);
        }
    }

    /**
     * Records that can't be moved in this pass.
     *
     * @param marks low-water marks by shard that have advanced
     */
    record RecordsUnplaced(List<UnmovedRecord> records, Map<Integer, ScanPosition> marks) implements PlanningEvent {
        public RecordsUnplaced {
            records = List.copyOf(records);
            marks = Map.copyOf(marks);
        }

        /** Events small enough to be stored; the last one carries the marks. */
        static List<RecordsUnplaced> inPieces(List<UnmovedRecord> records, Map<Integer, ScanPosition> marks) {
            List<RecordsUnplaced> pieces = new ArrayList<>();
            for (int from = 0; from < records.size(); from += RECORDS_PER_EVENT) {
                int to = Math.min(records.size(), from + RECORDS_PER_EVENT);
                pieces.add(new RecordsUnplaced(records.subList(from, to), to == records.size() ? marks : Map.of()));
            }
            return pieces;
        }
    }

    /**
     * The pass is done with further records.
     *
     * @param marks low-water marks by shard that have advanced, never empty
     */
    record ScanMoved(Map<Integer, ScanPosition> marks) implements PlanningEvent {
        public ScanMoved {
            marks = Map.copyOf(marks);
        }
    }

    /**
     * What objects wait for has changed. Sent at most twice a second; nothing has to be stored.
     *
     * @param waits the present waits, one for each cause; empty if nothing waits
     */
    record Waiting(List<PlanningWait> waits) implements PlanningEvent {
        public Waiting {
            waits = List.copyOf(waits);
        }
    }

    /**
     * Rows of a shard are read. Nothing has to be stored: after a restart the scan begins at the low-water mark again.
     *
     * @param next where the next read begins
     * @param records of the leaving node in these rows
     */
    record RowsRead(int shard, ScanPosition next, int records) implements PlanningEvent {}

    /**
     * The scan of a shard waits, because the shard is unavailable. Repeated with each failed retry; nothing has to be stored.
     *
     * @param since when the shard became unavailable for the scan
     * @param cause the last failure
     */
    record ShardDelayed(int shard, Instant since, String cause) implements PlanningEvent {}

    /** The scan of a delayed shard continues. */
    record ShardResumed(int shard) implements PlanningEvent {}

    /** All shards are scanned, and every record found is unplaced or in an assignment that has ended. */
    enum PassDrained implements PlanningEvent {
        INSTANCE
    }

    /**
     * The space broker refused a lease, because it knows a later incarnation of the job. Sent once, and the last event:
     * planning has ended. Nothing has to be stored.
     *
     * @param epoch the epoch that the broker refused
     * @param assignmentId the assignment that was to get the lease
     */
    record Superseded(long epoch, UUID assignmentId) implements PlanningEvent {}

    /** A shard can't be scanned, and waiting does not help. The pass can't be completed. */
    record ScanFailed(String reason) implements PlanningEvent {}
}

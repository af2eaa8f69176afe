package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.explain.StageRates;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Observes how fast the stages of a job work, and since when each assignment is in flight. Follows the stored events of one
 * incarnation; nothing of it is stored. For the job's own thread.
 */
final class StageMeter {
    private static final Duration PERIOD = Duration.ofSeconds(60);
    /** The events of this time share a slice, so that there are few. */
    private static final Duration SLICE = Duration.ofSeconds(5);

    private final Clock clock;
    private final Instant startedAt;
    private final Map<UUID, InFlight> inFlight = new HashMap<>();
    private final Map<Integer, ScanPosition> marks = new HashMap<>();
    private final Deque<Slice> slices = new ArrayDeque<>();

    /** @param plannedAt empty if an earlier incarnation planned it */
    private record InFlight(int records, Optional<Instant> plannedAt) {}

    private static final class Slice {
        private final Instant from;
        private long scannedRows;
        private long placed;
        private long copied;
        private long committed;

        Slice(Instant from) {
            this.from = from;
        }
    }

    StageMeter(Clock clock) {
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    void follow(JobEvent event) {
        if (event instanceof JobEvent.PassStarted) {
            marks.clear();
        } else if (event instanceof JobEvent.AssignmentPlanned planned) {
            int records = planned.assignment().tasks().size();
            inFlight.put(planned.assignment().id(), new InFlight(records, Optional.of(clock.instant())));
            current().placed += records;
            countScanned(planned.marks());
        } else if (event instanceof JobEvent.RecordsExcepted excepted) {
            countScanned(excepted.marks());
        } else if (event instanceof JobEvent.ScanAdvanced advanced) {
            countScanned(advanced.marks());
        } else if (event instanceof JobEvent.CopiesFinished finished) {
            Optional.ofNullable(inFlight.get(finished.assignmentId()))
                    .ifPresent(each -> current().copied +=
                            Math.max(0, each.records() - finished.failures().size()));
        } else if (event instanceof JobEvent.RelocationsCommitted committed) {
            inFlight.remove(committed.assignmentId());
            current().committed += committed.tally().total();
        } else if (event instanceof JobEvent.AssignmentLost lost) {
            inFlight.remove(lost.assignmentId());
        } else if (event instanceof JobEvent.JobEnded) {
            inFlight.clear();
        }
    }

    /** Follows an assignment that an earlier incarnation planned. */
    void takeOver(InFlightAssignment earlier) {
        inFlight.putIfAbsent(
                earlier.assignment().id(),
                new InFlight(earlier.assignment().tasks().size(), Optional.empty()));
    }

    /** When this incarnation planned the assignment; empty if an earlier one did. */
    Optional<Instant> plannedAt(UUID assignmentId) {
        return Optional.ofNullable(inFlight.get(assignmentId)).flatMap(InFlight::plannedAt);
    }

    /** What the stages did in the last minute. */
    StageRates rates() {
        dropOld();
        Duration observed = Duration.between(startedAt, clock.instant());
        long seconds = Math.min(PERIOD.toSeconds(), observed.toSeconds());
        long scanned = 0;
        long placed = 0;
        long copied = 0;
        long committed = 0;
        for (Slice each : slices) {
            scanned += each.scannedRows;
            placed += each.placed;
            copied += each.copied;
            committed += each.committed;
        }
        return new StageRates(seconds, scanned, placed, copied, committed);
    }

    /** The first mark of a shard shows nothing: a new incarnation does not know the one before. */
    private void countScanned(Map<Integer, ScanPosition> moved) {
        moved.forEach((shard, mark) -> {
            ScanPosition before = marks.put(shard, mark);
            if (before != null && before.column() == mark.column() && mark.nextId() > before.nextId()) {
                current().scannedRows += mark.nextId() - before.nextId();
            }
        });
    }

    private Slice current() {
        Instant now = clock.instant();
        Slice last = slices.peekLast();
        if (last == null || Duration.between(last.from, now).compareTo(SLICE) >= 0) {
            dropOld();
            last = new Slice(now);
            slices.addLast(last);
        }
        return last;
    }

    private void dropOld() {
        Instant oldest = clock.instant().minus(PERIOD);
        while (!slices.isEmpty() && slices.getFirst().from.isBefore(oldest)) {
            slices.removeFirst();
        }
    }
}

package io.rebalancer.manager.evacuate;

import io.rebalancer.core.estimate.MeasuredRate;
import io.rebalancer.core.evacuate.JobEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How fast the present incarnation is done with records, over the last ten minutes of work. Pauses do not count: the measurement
 * begins again after them. Nothing of it is stored. For the job's own thread.
 */
final class PassRate {
    private static final Duration SLICE = Duration.ofSeconds(5);
    private static final int MAX_SLICES = 120;

    private final Clock clock;
    private final Deque<Slice> slices = new ArrayDeque<>();
    private Instant lastEnd;

    private record Slice(long records, long bytes) {
        static final Slice EMPTY = new Slice(0, 0);

        Slice plus(long moreRecords, long moreBytes) {
            return new Slice(records + moreRecords, bytes + moreBytes);
        }
    }

    private Slice open = Slice.EMPTY;

    PassRate(Clock clock) {
        this.clock = clock;
        this.lastEnd = clock.instant();
    }

    void follow(JobEvent event) {
        if (event instanceof JobEvent.PassStarted
                || event instanceof JobEvent.JobResumed
                || event instanceof JobEvent.WindowOpened) {
            slices.clear();
            open = Slice.EMPTY;
            lastEnd = clock.instant();
            return;
        }
        closeEnded();
        int given = event.unmoved().size();
        if (event instanceof JobEvent.RelocationsCommitted committed) {
            open = open.plus(
                    committed.tally().total() + given, committed.tally().bytes());
        } else if (given > 0) {
            open = open.plus(given, 0);
        }
    }

    /** The rate over the complete slices. */
    MeasuredRate now() {
        closeEnded();
        return MeasuredRate.of(
                SLICE,
                slices.stream().map(Slice::records).toList(),
                slices.stream().mapToLong(Slice::bytes).sum());
    }

    private void closeEnded() {
        long ended = Duration.between(lastEnd, clock.instant()).dividedBy(SLICE);
        if (ended > MAX_SLICES) {
            slices.clear();
            open = Slice.EMPTY;
            lastEnd = lastEnd.plus(SLICE.multipliedBy(ended - MAX_SLICES));
            ended = MAX_SLICES;
        }
        for (long each = 0; each < ended; each++) {
            slices.addLast(open);
            open = Slice.EMPTY;
            lastEnd = lastEnd.plus(SLICE);
            if (slices.size() > MAX_SLICES) {
                slices.removeFirst();
            }
        }
    }
}

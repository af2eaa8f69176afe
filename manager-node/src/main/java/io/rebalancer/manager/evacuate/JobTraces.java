package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.telemetry.AssignmentTrace;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.text.StableWord;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import kamon.trace.Span;

/**
 * A job's spans in the traces of its assignments. Follows the stored events; a span is sent when its work has ended. For
 * the job's own thread.
 */
final class JobTraces {
    private final UUID jobId;
    private final AssignmentTraces sampling;
    private final Clock clock;
    private final Map<UUID, TracedAssignment> open = new HashMap<>();

    /** An assignment whose trace is sampled, with the start times of its spans. */
    private static final class TracedAssignment {
        private final AssignmentTrace trace;
        private final Assignment assignment;
        private final Instant plannedAt;
        private final boolean takenOver;
        private boolean accepted;
        private Optional<Instant> copiedAt = Optional.empty();

        TracedAssignment(AssignmentTrace trace, Assignment assignment, Instant plannedAt, boolean takenOver) {
            this.trace = trace;
            this.assignment = assignment;
            this.plannedAt = plannedAt;
            this.takenOver = takenOver;
        }
    }

    JobTraces(UUID jobId, AssignmentTraces sampling, Clock clock) {
        this.jobId = jobId;
        this.sampling = sampling;
        this.clock = clock;
    }

    void follow(List<JobEvent> stored) {
        stored.forEach(this::follow);
    }

    private void follow(JobEvent event) {
        if (event instanceof JobEvent.AssignmentPlanned planned) {
            begin(planned.assignment(), false);
        } else if (event instanceof JobEvent.CopiesFinished finished) {
            find(finished.assignmentId()).ifPresent(traced -> traced.copiedAt = Optional.of(clock.instant()));
        } else if (event instanceof JobEvent.RelocationsCommitted committed) {
            remove(committed.assignmentId()).ifPresent(traced -> {
                traced.copiedAt.ifPresent(since -> sendPart(traced, "metadata", since));
                assignmentSpan(traced)
                        .tag("relocated", committed.tally().relocated())
                        .tag("failed", committed.failures().size())
                        .finish(clock.instant());
            });
        } else if (event instanceof JobEvent.AssignmentLost lost) {
            remove(lost.assignmentId()).ifPresent(traced -> {
                String reason = lost.failures().stream()
                        .findFirst()
                        .map(failure -> StableWord.of(failure.reason()))
                        .orElse("lost");
                assignmentSpan(traced).fail(reason).finish(clock.instant());
            });
        } else if (event instanceof JobEvent.JobEnded) {
            open.clear();
        }
    }

    /**
     * Resumes an assignment that an earlier incarnation planned. Its original planning time is unknown, so the span
     * starts now.
     */
    void takeOver(InFlightAssignment earlier) {
        UUID id = earlier.assignment().id();
        if (!open.containsKey(id)) {
            begin(earlier.assignment(), true);
            find(id).filter(traced -> earlier.copied())
                    .ifPresent(traced -> traced.copiedAt = Optional.of(traced.plannedAt));
        }
    }

    /** The agent accepted the assignment; repeated reports have no effect. */
    void markAccepted(UUID assignmentId) {
        find(assignmentId).filter(traced -> !traced.accepted).ifPresent(traced -> {
            traced.accepted = true;
            sendPart(traced, "delivery", traced.plannedAt);
        });
    }

    /** Drops an assignment whose end no event has reported. */
    void forget(UUID assignmentId) {
        open.remove(assignmentId);
    }

    private void begin(Assignment assignment, boolean takenOver) {
        sampling.of(assignment.id())
                .ifPresent(trace ->
                        open.put(assignment.id(), new TracedAssignment(trace, assignment, clock.instant(), takenOver)));
    }

    private Optional<TracedAssignment> find(UUID assignmentId) {
        return Optional.ofNullable(open.get(assignmentId));
    }

    private Optional<TracedAssignment> remove(UUID assignmentId) {
        return Optional.ofNullable(open.remove(assignmentId));
    }

    private void sendPart(TracedAssignment traced, String name, Instant since) {
        traced.trace.part(name).start(since).finish(clock.instant());
    }

    private Span assignmentSpan(TracedAssignment traced) {
        List<CopyTask> tasks = traced.assignment.tasks();
        return traced.trace
                .assignment()
                .tag("job", jobId.toString())
                .tag("agent", traced.assignment.destination().storageNode().text())
                .tag("objects", tasks.size())
                .tag("bytes", tasks.stream().mapToLong(CopyTask::sizeBytes).sum())
                .tag("taken-over", traced.takenOver)
                .start(traced.plannedAt);
    }
}

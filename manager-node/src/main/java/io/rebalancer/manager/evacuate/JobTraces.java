package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.telemetry.AssignmentTrace;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import kamon.trace.Span;

/**
 * A job's part in the traces of its assignments. Follows what the job stores; a span is sent when what it stands for has
 * ended. For the job's own thread.
 */
final class JobTraces {
    private final UUID jobId;
    private final AssignmentTraces chosen;
    private final Clock clock;
    private final Map<UUID, Course> open = new HashMap<>();

    /** How far a traced assignment has come, and since when. */
    private static final class Course {
        private final AssignmentTrace trace;
        private final Assignment assignment;
        private final Instant planned;
        private final boolean takenOver;
        private boolean accepted;
        private Optional<Instant> copied = Optional.empty();

        Course(AssignmentTrace trace, Assignment assignment, Instant planned, boolean takenOver) {
            this.trace = trace;
            this.assignment = assignment;
            this.planned = planned;
            this.takenOver = takenOver;
        }
    }

    JobTraces(UUID jobId, AssignmentTraces chosen, Clock clock) {
        this.jobId = jobId;
        this.chosen = chosen;
        this.clock = clock;
    }

    /** Events were stored. */
    void stored(List<JobEvent> events) {
        events.forEach(this::stored);
    }

    private void stored(JobEvent event) {
        if (event instanceof JobEvent.AssignmentPlanned planned) {
            begin(planned.assignment(), false);
        } else if (event instanceof JobEvent.CopiesFinished finished) {
            course(finished.assignmentId()).ifPresent(course -> course.copied = Optional.of(clock.instant()));
        } else if (event instanceof JobEvent.RelocationsCommitted committed) {
            end(committed.assignmentId()).ifPresent(course -> {
                course.copied.ifPresent(since -> part(course, "metadata", since));
                whole(course)
                        .tag("relocated", committed.tally().relocated())
                        .tag("failed", committed.failures().size())
                        .finish(clock.instant());
            });
        } else if (event instanceof JobEvent.AssignmentLost lost) {
            end(lost.assignmentId()).ifPresent(course -> {
                String reason = lost.failures().stream()
                        .findFirst()
                        .map(failure -> JobMetrics.word(failure.reason()))
                        .orElse("lost");
                whole(course).fail(reason).finish(clock.instant());
            });
        } else if (event instanceof JobEvent.JobEnded) {
            open.clear();
        }
    }

    /** This incarnation goes on with an assignment of an earlier one; when that planned it is not known here. */
    void takenOver(InFlightAssignment earlier) {
        UUID id = earlier.assignment().id();
        if (!open.containsKey(id)) {
            begin(earlier.assignment(), true);
            course(id)
                    .filter(course -> earlier.copied())
                    .ifPresent(course -> course.copied = Optional.of(course.planned));
        }
    }

    /** The agent has taken the assignment on; said again, it changes nothing. */
    void accepted(UUID assignmentId) {
        course(assignmentId).filter(course -> !course.accepted).ifPresent(course -> {
            course.accepted = true;
            part(course, "delivery", course.planned);
        });
    }

    private void begin(Assignment assignment, boolean takenOver) {
        chosen.of(assignment.id())
                .ifPresent(
                        trace -> open.put(assignment.id(), new Course(trace, assignment, clock.instant(), takenOver)));
    }

    private Optional<Course> course(UUID assignmentId) {
        return Optional.ofNullable(open.get(assignmentId));
    }

    private Optional<Course> end(UUID assignmentId) {
        return Optional.ofNullable(open.remove(assignmentId));
    }

    private void part(Course course, String name, Instant since) {
        course.trace.part(name).start(since).finish(clock.instant());
    }

    private Span whole(Course course) {
        List<CopyTask> tasks = course.assignment.tasks();
        return course.trace
                .assignment()
                .tag("job", jobId.toString())
                .tag("agent", course.assignment.destination().storageNode().text())
                .tag("objects", tasks.size())
                .tag("bytes", tasks.stream().mapToLong(CopyTask::sizeBytes).sum())
                .tag("taken-over", course.takenOver)
                .start(course.planned);
    }
}

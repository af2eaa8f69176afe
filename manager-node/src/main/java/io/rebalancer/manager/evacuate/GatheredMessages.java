package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Messages whose events the job stores in one write: those that arrived while the write before was in progress. Without
 * this, each report of an agent and each commit would cost a transaction of the journal. The order of the messages is kept.
 * Their number is bounded by the assignments in flight, because each assignment waits for the answer to its last message, and
 * by the chunks that the planner holds. What does not fit into one write waits for the next.
 */
final class GatheredMessages {
    /** A write of so many messages is still small, and fails or succeeds soon. */
    private static final int MESSAGES_PER_WRITE = 100;

    private final Deque<JobMessage> messages = new ArrayDeque<>();

    /** Returns whether this is the first message, so that {@link #take} must follow. */
    boolean add(JobMessage message) {
        messages.addLast(message);
        return messages.size() == 1;
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    /** They belong to an incarnation that has ended. */
    void clear() {
        messages.clear();
    }

    /**
     * Takes messages and decides on each, with the state that follows from those before. It stops behind a message that
     * changes the phase, because that may start or stop the children which later messages come from.
     *
     * @param decide returns what a message means for a state
     */
    JobStep take(JobState job, BiFunction<JobState, JobMessage, JobStep> decide) {
        List<JobEvent> events = new ArrayList<>();
        List<Runnable> afterwards = new ArrayList<>();
        JobState state = job;
        for (int taken = 0;
                taken < MESSAGES_PER_WRITE && !messages.isEmpty() && state.phase() == job.phase();
                taken++) {
            JobState before = state;
            JobStep step = decide.apply(before, messages.removeFirst());
            JobState after = step.from(before);
            events.addAll(step.events());
            afterwards.add(() -> step.afterwards().accept(before, after));
            state = after;
        }
        return new JobStep(events, (first, last) -> afterwards.forEach(Runnable::run));
    }
}

package io.rebalancer.core.port;

import io.rebalancer.core.legacy.LegacyProgress;
import io.rebalancer.core.legacy.LegacyTask;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The calls of the legacy agent API (manta.md section 3). */
public interface AssignmentService {

    /** The most tasks that {@link #accept} takes in one assignment. */
    int maxTasks();

    /**
     * Accepts an assignment; completes with {@link Acceptance#ACCEPTED} once it is stored. Fails if it can't be stored.
     *
     * @param tasks at most {@link #maxTasks}
     */
    CompletionStage<Acceptance> accept(UUID assignmentId, List<LegacyTask> tasks);

    /** The assignment's progress; empty if the agent does not know the assignment. */
    CompletionStage<Optional<LegacyProgress>> find(UUID assignmentId);

    /** Deletes a complete assignment. */
    CompletionStage<Deletion> delete(UUID assignmentId);

    /**
     * The answer to {@link #accept}.
     *
     * @param reason why the agent is busy, if it reports a reason; otherwise empty text
     */
    record Acceptance(Result result, String reason) {
        public static final Acceptance ACCEPTED = new Acceptance(Result.ACCEPTED, "");
        public static final Acceptance EXISTS = new Acceptance(Result.EXISTS, "");

        /** The limit on open assignments is reached. The legacy agent gives no reason for that either. */
        public static final Acceptance BUSY = busy("");

        /** The agent can't take the assignment now. */
        public static Acceptance busy(String reason) {
            return new Acceptance(Result.BUSY, reason);
        }

        /** Results of {@link #accept}. */
        public enum Result {
            ACCEPTED,
            /** An assignment with the same id was accepted before. */
            EXISTS,
            BUSY
        }
    }

    /** Results of {@link #delete}. */
    enum Deletion {
        DELETED,
        UNKNOWN,
        NOT_COMPLETE
    }
}

package io.rebalancer.core.port;

import io.rebalancer.core.legacy.LegacyAssignment;
import io.rebalancer.core.legacy.LegacyTask;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The calls of the legacy agent API (manta.md section 3). */
public interface AssignmentService {

    /** Accepts an assignment; completes with {@link Acceptance#ACCEPTED} once it is stored. Fails if it can't be stored. */
    CompletionStage<Acceptance> accept(UUID assignmentId, List<LegacyTask> tasks);

    /** The assignment with its progress; empty if the agent does not know it. */
    CompletionStage<Optional<LegacyAssignment>> find(UUID assignmentId);

    /** Deletes a complete assignment. */
    CompletionStage<Deletion> delete(UUID assignmentId);

    /** Results of {@link #accept}. */
    enum Acceptance {
        ACCEPTED,
        /** An assignment with the same id was accepted before. */
        EXISTS,
        /** The limit on scheduled assignments is reached. */
        BUSY
    }

    /** Results of {@link #delete}. */
    enum Deletion {
        DELETED,
        UNKNOWN,
        NOT_COMPLETE
    }
}

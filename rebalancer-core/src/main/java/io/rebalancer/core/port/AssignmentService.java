package io.rebalancer.core.port;

import io.rebalancer.core.legacy.LegacyAssignment;
import io.rebalancer.core.legacy.LegacyTask;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** What the older manager may ask of an agent over HTTP (manta.md section 3). */
public interface AssignmentService {

    /** Takes an assignment; {@link Acceptance#ACCEPTED} once it is stored. Fails if it could not be stored. */
    CompletionStage<Acceptance> accept(UUID assignmentId, List<LegacyTask> tasks);

    /** The assignment as it stands, or empty if it is not known. */
    CompletionStage<Optional<LegacyAssignment>> find(UUID assignmentId);

    /** Forgets a complete assignment. */
    CompletionStage<Deletion> delete(UUID assignmentId);

    /** Answers to {@link #accept}. */
    enum Acceptance {
        ACCEPTED,
        /** The same id was accepted before. */
        EXISTS,
        /** As many assignments as may be scheduled are. */
        BUSY
    }

    /** Answers to {@link #delete}. */
    enum Deletion {
        DELETED,
        UNKNOWN,
        NOT_COMPLETE
    }
}

package io.rebalancer.core.registry;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A storage node that is not in service.
 *
 * @param state never {@link ServiceState#IN_SERVICE}
 * @param jobId the job that fenced the node last; empty if an operator excluded it
 * @param since when the node came into this state
 */
public record NodeStatus(StorageNodeId node, ServiceState state, Optional<UUID> jobId, Instant since) {
    /** A node that a job fenced. */
    public NodeStatus(StorageNodeId node, ServiceState state, UUID jobId, Instant since) {
        this(node, state, Optional.of(jobId), since);
    }

    /** The state in one line, for people: {@code 1.stor.example.com is FENCED since ... by job ...}. */
    public String text() {
        return node + " is " + state + " since " + since
                + jobId.map(id -> " by job " + id).orElse(", as an operator ordered");
    }
}

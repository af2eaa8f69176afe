package io.rebalancer.core.registry;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.UUID;

/**
 * A storage node that is not in service.
 *
 * @param state never {@link ServiceState#IN_SERVICE}
 * @param jobId the job that fenced the node last
 * @param since when the node came into this state
 */
public record NodeStatus(StorageNodeId node, ServiceState state, UUID jobId, Instant since) {}

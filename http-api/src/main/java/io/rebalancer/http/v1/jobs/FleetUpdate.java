package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** A change of the fleet. Jobs have the numbers of {@link FleetPosition}. */
public sealed interface FleetUpdate {

    /**
     * The beginning of a stream.
     *
     * @param registry the revision of the registry
     * @param nodes the nodes that are out of service; none if the subscriber resumes
     * @param jobs the jobs of the subscriber's position that the stream continues
     * @param closed those of {@code jobs} of which the registry, as of {@code registry}, knows the end
     */
    record Started(long registry, List<NodeChange> nodes, Set<Long> jobs, Set<Long> closed) implements FleetUpdate {
        public Started {
            nodes = List.copyOf(nodes);
            jobs = Set.copyOf(jobs);
            closed = Set.copyOf(closed);
        }
    }

    /**
     * An event of the registry.
     *
     * @param registry its number
     * @param node the storage node that it changed
     * @param created the job that it created, if the subscriber wants that
     * @param closed the job whose end it records
     */
    record Registered(long registry, Optional<NodeChange> node, OptionalLong created, OptionalLong closed)
            implements FleetUpdate {}

    /** An update of a job. */
    record OfJob(long number, UUID jobId, JobUpdate update) implements FleetUpdate {}

    /** The subscriber has the end of the job. */
    record Ended(long number) implements FleetUpdate {}

    /** @param status empty if the node is in service */
    record NodeChange(StorageNodeId node, Optional<NodeStatus> status) {}
}

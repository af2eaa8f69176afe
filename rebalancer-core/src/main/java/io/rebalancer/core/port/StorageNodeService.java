package io.rebalancer.core.port;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.core.storage.PenaltyReport;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** The operations on storage nodes as destinations, apart from the jobs that empty them. */
public interface StorageNodeService {

    /** The nodes that are out of service, by storage id. Every other node may receive copies. */
    CompletionStage<List<NodeStatus>> outOfService();

    /**
     * The nodes that storinfo lists, by storage id.
     *
     * @return from the memory of this manager; fails with {@link TierUnavailable} if storinfo has not replied since it started
     */
    CompletionStage<List<FleetNode>> fleet();

    /**
     * The penalties of destinations that have not ended, by node and cause.
     *
     * @return completes soon and never fails; empty if the space broker, which keeps them, did not reply in time, so that
     *     nothing is known
     */
    CompletionStage<Optional<List<PenaltyReport>>> penalties();

    /** The jobs that empty a node and have not ended, newest first. */
    CompletionStage<List<UUID>> emptiedBy(StorageNodeId node);

    /**
     * The jobs with assignments whose destination is this node, and the runs of reconciliation that add copies to it, and what
     * they have leased there, by id. For some seconds after
     * the space broker has moved to another manager, some are missing.
     *
     * @return completes soon and never fails; empty if the space broker did not reply in time, so that nothing is known
     */
    CompletionStage<Optional<List<JobPromise>>> destinationOf(StorageNodeId node);

    /** Those of these ids that are of jobs. Space is also promised to runs of reconciliation. */
    CompletionStage<Set<UUID>> jobsAmong(Set<UUID> ids);

    /**
     * Puts a node back in service; nothing happens if it is.
     *
     * @return completes when that is stored; fails with {@link JobService.JobRefused} while a job empties the node
     */
    CompletionStage<Void> recommission(StorageNodeId node);

    /**
     * Keeps copies away from a node; nothing happens if it is excluded.
     *
     * @return completes when that is stored; fails with {@link JobService.JobRefused} unless the node is in service
     */
    CompletionStage<Void> exclude(StorageNodeId node);

    /**
     * Records that a drained node is gone for good; nothing happens if that is recorded.
     *
     * @return completes when that is stored; fails with {@link JobService.JobRefused} unless the node is drained
     */
    CompletionStage<Void> remove(StorageNodeId node);
}

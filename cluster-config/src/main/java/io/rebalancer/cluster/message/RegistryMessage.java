package io.rebalancer.cluster.message;

import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.RegisteredJob;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to the job registry, a cluster singleton. */
public interface RegistryMessage {

    /** Registers a job. Idempotent for the same id. */
    record RegisterJob(UUID jobId, CopyLocation leaving, long maxRecords, ActorRef<RegistryReply> replyTo)
            implements RegistryMessage, WireMessage {}

    /** Registers a job that looks at some exceptions of an ended job only. Idempotent for the same id. */
    record RegisterRetry(UUID jobId, CopyLocation leaving, RetrySelection selection, ActorRef<RegistryReply> replyTo)
            implements RegistryMessage, WireMessage {}

    /** Asks for all jobs. */
    record ListJobs(ActorRef<RegistryReply> replyTo) implements RegistryMessage, WireMessage {}

    /**
     * A job reports that it has reached a terminal phase.
     *
     * @param emptied whether a verification found no record that names the storage node
     */
    record JobEnded(UUID jobId, boolean failed, boolean emptied) implements RegistryMessage, WireMessage {}

    /**
     * Asks for the storage nodes that are out of service, now and whenever they change. Subscribers repeat it, because
     * the registry keeps subscriptions in memory only.
     *
     * @param known revision that the subscriber knows, or -1; it gets a reply at once if there is a later one
     */
    record WatchNodes(long known, ActorRef<NodesOutOfService> subscriber) implements RegistryMessage, WireMessage {}

    /** Puts a storage node back in service. Idempotent. */
    record RecommissionNode(StorageNodeId node, ActorRef<RegistryReply> replyTo)
            implements RegistryMessage, WireMessage {}

    /** Keeps copies away from a storage node. Idempotent. */
    record ExcludeNode(StorageNodeId node, ActorRef<RegistryReply> replyTo) implements RegistryMessage, WireMessage {}

    /** Records that a drained storage node is gone for good. Idempotent. */
    record RemoveNode(StorageNodeId node, ActorRef<RegistryReply> replyTo) implements RegistryMessage, WireMessage {}

    /** A reply of the registry. */
    interface RegistryReply extends WireMessage {}

    /** The job is stored. The registry starts it, after a restart too. */
    record JobRegistered(UUID jobId) implements RegistryReply {}

    /** Refusal: the job {@code jobId} already drains that node. */
    record NodeAlreadyLeaving(UUID jobId) implements RegistryReply {}

    /** The storage node is in the wanted state; the registry has stored that. */
    record NodeChanged(StorageNodeId node) implements RegistryReply {}

    /** The order on a storage node, or a job on it, is refused; {@code detail} states why, and what to do. */
    record NodeRefused(StorageNodeId node, String detail) implements RegistryReply {}

    /**
     * The storage nodes that are out of service; every other node may receive copies.
     *
     * @param revision grows with every change
     */
    record NodesOutOfService(long revision, List<NodeStatus> nodes) implements RegistryReply {
        public NodesOutOfService {
            nodes = List.copyOf(nodes);
        }
    }

    /** All jobs, newest first. */
    record Jobs(List<RegisteredJob> jobs) implements RegistryReply {
        public Jobs {
            jobs = List.copyOf(jobs);
        }
    }
}

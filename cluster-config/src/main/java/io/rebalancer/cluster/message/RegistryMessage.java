package io.rebalancer.cluster.message;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.registry.RegisteredJob;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** What can be said to the registry of jobs, of which the cluster has one. */
public interface RegistryMessage {

    /** Order a job; safe to repeat with the same id. */
    record RegisterJob(UUID jobId, CopyLocation leaving, long maxRecords, ActorRef<RegistryReply> replyTo)
            implements RegistryMessage, WireMessage {}

    /** Tell all jobs. */
    record ListJobs(ActorRef<RegistryReply> replyTo) implements RegistryMessage, WireMessage {}

    /** A job says that it is over. */
    record JobEnded(UUID jobId, boolean failed) implements RegistryMessage, WireMessage {}

    /** What the registry answers. */
    interface RegistryReply extends WireMessage {}

    /** The job is stored and will be started whatever happens. */
    record JobRegistered(UUID jobId) implements RegistryReply {}

    /** Another job, {@code jobId}, is emptying that node. */
    record NodeAlreadyLeaving(UUID jobId) implements RegistryReply {}

    /** All jobs, newest first. */
    record Jobs(List<RegisteredJob> jobs) implements RegistryReply {
        public Jobs {
            jobs = List.copyOf(jobs);
        }
    }
}

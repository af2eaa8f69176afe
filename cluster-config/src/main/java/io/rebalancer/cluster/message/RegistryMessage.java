package io.rebalancer.cluster.message;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.registry.RegisteredJob;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to the job registry, a cluster singleton. */
public interface RegistryMessage {

    /** Registers a job. Idempotent for the same id. */
    record RegisterJob(UUID jobId, CopyLocation leaving, long maxRecords, ActorRef<RegistryReply> replyTo)
            implements RegistryMessage, WireMessage {}

    /** Asks for all jobs. */
    record ListJobs(ActorRef<RegistryReply> replyTo) implements RegistryMessage, WireMessage {}

    /** A job reports that it has reached a terminal phase. */
    record JobEnded(UUID jobId, boolean failed) implements RegistryMessage, WireMessage {}

    /** A reply of the registry. */
    interface RegistryReply extends WireMessage {}

    /** The job is stored. The registry starts it, after a restart too. */
    record JobRegistered(UUID jobId) implements RegistryReply {}

    /** Refusal: the job {@code jobId} already drains that node. */
    record NodeAlreadyLeaving(UUID jobId) implements RegistryReply {}

    /** All jobs, newest first. */
    record Jobs(List<RegisteredJob> jobs) implements RegistryReply {
        public Jobs {
            jobs = List.copyOf(jobs);
        }
    }
}

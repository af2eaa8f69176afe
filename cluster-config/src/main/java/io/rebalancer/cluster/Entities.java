package io.rebalancer.cluster;

import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.JobMessage;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** Keys and fixed numbers of the sharded entities; part of the contract between members of any version. */
public final class Entities {
    /** Evacuate jobs; the entity id is the job's UUID. */
    public static final EntityTypeKey<JobMessage> EVACUATE_JOB = EntityTypeKey.create(JobMessage.class, "EvacuateJob");

    /** Storage agents; entity id and shard id are the storage id. */
    public static final EntityTypeKey<AgentMessage> STORAGE_AGENT =
            EntityTypeKey.create(AgentMessage.class, "StorageAgent");

    /** Persistence id of the list of all jobs. */
    public static final String JOB_REGISTRY_ID = "JobRegistry";

    /** Shards that jobs are spread over; may never change in a running cluster. */
    public static final int JOB_SHARDS = 30;

    private Entities() {}
}

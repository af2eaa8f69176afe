package io.rebalancer.cluster;

import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.ReconcileMessage;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/** Type keys and shard numbers of the sharded entities. Members of all versions must agree on them. */
public final class Entities {
    /** Evacuate jobs. The entity id is the UUID of the job. */
    public static final EntityTypeKey<JobMessage> EVACUATE_JOB = EntityTypeKey.create(JobMessage.class, "EvacuateJob");

    /** Storage agents. Entity id and shard id are both the storage id. */
    public static final EntityTypeKey<AgentMessage> STORAGE_AGENT =
            EntityTypeKey.create(AgentMessage.class, "StorageAgent");

    /** Runs of reconciliation. The entity id is the UUID of the run. */
    public static final EntityTypeKey<ReconcileMessage> RECONCILIATION_RUN =
            EntityTypeKey.create(ReconcileMessage.class, "ReconciliationRun");

    /** Persistence id of the schedule of reconciliation. */
    public static final String RECONCILIATION_SCHEDULE_ID = "ReconciliationSchedule";

    /** Persistence id of the job registry. */
    public static final String JOB_REGISTRY_ID = "JobRegistry";

    /** Persistence id of the audit log. */
    public static final String AUDIT_LOG_ID = "AuditLog";

    /** Persistence id of the settings of the fleet. */
    public static final String FLEET_SETTINGS_ID = "FleetSettings";

    /** Persistence id of the tokens of the API. */
    public static final String TOKENS_ID = "Tokens";

    /** Number of shards of evacuate jobs, and of runs of reconciliation. Must never change while a cluster runs. */
    public static final int JOB_SHARDS = 30;

    private Entities() {}
}

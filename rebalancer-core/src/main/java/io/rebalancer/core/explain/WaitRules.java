package io.rebalancer.core.explain;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobWait;

/** Which stage a wait or a reason holds, and what to do. A new cause or reason does not compile until it has both. */
final class WaitRules {

    private WaitRules() {}

    /** @param commitsWait whether verified copies wait for their commit */
    static Bottleneck stage(JobWait.Cause cause, boolean commitsWait) {
        return switch (cause) {
            case NEXT_PASS, OTHER_JOBS, SETTINGS_UNKNOWN, EXCEPTIONS_BEHIND -> Bottleneck.NONE;
            case WINDOW -> Bottleneck.WINDOW;
            case RATE_LIMIT, AGENT_LIMIT -> Bottleneck.CAP;
            case STORAGE_NODES_UNKNOWN, SPACE_BROKER_SILENT, SPACE_BROKER_LEARNING, DESTINATION_UNREACHABLE ->
                Bottleneck.PLACEMENT;
            case AGENT_UNREACHABLE, AGENT_BUSY, RELEASE, PAUSE_UNCONFIRMED -> Bottleneck.AGENTS;
            case METADATA_SHARD -> commitsWait ? Bottleneck.COMMITS : Bottleneck.SCAN;
            case WRITES_IN_PROGRESS -> Bottleneck.COMMITS;
        };
    }

    static String unblock(JobWait.Cause cause) {
        return switch (cause) {
            case NEXT_PASS -> "Remove the reasons below; the pass begins at the stated time.";
            case STORAGE_NODES_UNKNOWN -> "Start storinfo, and check manager.storinfo and the network to it.";
            case SPACE_BROKER_SILENT ->
                "Check the oldest manager: it hosts the space broker, and GET /api/v1/cluster names it.";
            case SPACE_BROKER_LEARNING -> "Nothing: the broker grants space again within seconds.";
            case DESTINATION_UNREACHABLE, AGENT_UNREACHABLE ->
                "Start the agent that is named, or repair the network to it.";
            case AGENT_BUSY ->
                "Nothing if the agent works. Otherwise look at its disk and log; a higher max-assignments lets it hold more.";
            case METADATA_SHARD -> "Repair the metadata shard that is named, or the network to it.";
            case OTHER_JOBS -> "Wait for the jobs that are named, or cancel them.";
            case RELEASE ->
                "Start the agent that is named; after evacuate.timeouts.release the job stops to wait for it.";
            case PAUSE_UNCONFIRMED -> "Start the agent that is named; a legacy agent ends its copies first.";
            case WINDOW ->
                "Nothing: the job continues when the window opens; rebalancer-adm settings window changes it.";
            case SETTINGS_UNKNOWN ->
                "Check the oldest manager: it hosts the settings of the fleet, and GET /api/v1/cluster names it.";
            case EXCEPTIONS_BEHIND ->
                "Nothing if it takes seconds. Otherwise look at the projector: rebalancer.projection.lag, and the log of the"
                        + " oldest manager.";
            case RATE_LIMIT -> "Raise bytesPerSecond: rebalancer-adm settings get --job shows what limits it.";
            case AGENT_LIMIT -> "Raise assignmentsPerAgent: rebalancer-adm settings get --job shows what limits it.";
            case WRITES_IN_PROGRESS -> "Wait for the writes; repair the metadata shards that do not answer.";
        };
    }

    static Bottleneck stage(Reason reason) {
        return switch (reason) {
            case BAD_MANTA_OBJECT -> Bottleneck.SCAN;
            case DESTINATION_FENCED,
                    DESTINATION_INSUFFICIENT_SPACE,
                    DESTINATION_UNREACHABLE,
                    NO_DESTINATION,
                    OBJECT_ALREADY_IN_DATACENTER,
                    OBJECT_ALREADY_ON_DEST_SHARK,
                    SOURCE_IS_EVAC_SHARK -> Bottleneck.PLACEMENT;
            case AGENT_BUSY,
                    AGENT_FS_ERROR,
                    AGENT_STALLED,
                    ASSIGNMENT_REJECTED,
                    HTTP_STATUS_CODE,
                    MD5_MISMATCH,
                    SOURCE_OBJECT_NOT_FOUND,
                    SOURCE_OTHER_ERROR,
                    UNRECOVERABLE -> Bottleneck.AGENTS;
            case METADATA_UPDATE_FAILED -> Bottleneck.COMMITS;
            case JOB_ENDED -> Bottleneck.NONE;
        };
    }
}

package io.rebalancer.core.evacuate;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that a job waits for now. Not stored: each incarnation observes it again.
 *
 * @param since when the job began to wait
 * @param until when the wait ends at the latest; empty if it has no end
 * @param detail what the job waits for, and where, for people
 */
public record JobWait(Cause cause, Instant since, Optional<Instant> until, String detail) {

    /** What a job waits for. The constants are part of the HTTP API. */
    public enum Cause {
        /** The delay before the next pass. */
        NEXT_PASS,
        /** Storinfo or the job registry has not replied since this manager started. */
        STORAGE_NODES_UNKNOWN,
        /** The space broker does not reply. */
        SPACE_BROKER_SILENT,
        /** The space broker has started a moment ago, and waits until all jobs have announced their leases. */
        SPACE_BROKER_LEARNING,
        /** Only storage nodes with an unreachable agent could take some objects. */
        DESTINATION_UNREACHABLE,
        /** An agent is away while it holds an assignment. */
        AGENT_UNREACHABLE,
        /** An agent refuses an assignment because it is busy. */
        AGENT_BUSY,
        /** A metadata shard does not answer. */
        METADATA_SHARD,
        /** Other jobs may still write to the storage node that is to be verified. */
        OTHER_JOBS,
        /** An agent has not acknowledged that an assignment has ended. */
        RELEASE,
        /** An agent has not confirmed that it writes nothing for a job that pauses. */
        PAUSE_UNCONFIRMED,
        /** Metadata writes of a job that pauses are still in progress. */
        WRITES_IN_PROGRESS,
        /** The window in which the job may work is closed. */
        WINDOW,
        /** This manager has not learned the settings of the fleet yet, and its window may be closed. */
        SETTINGS_UNKNOWN,
        /** A setting lets the job do no more for the moment. */
        RATE_LIMIT,
        /** The list of exceptions that the job retries does not include all events of the job that has left them. */
        EXCEPTIONS_BEHIND,
        /** An agent has as many assignments of the job as a setting allows. */
        AGENT_LIMIT
    }
}

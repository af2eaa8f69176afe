package io.rebalancer.core.reconcile;

import java.time.Instant;
import java.util.List;

/** What a run is asked to decide. */
public sealed interface RunCommand {

    /** Creates the run. A repeated order changes nothing. */
    record Create(RunOrder order) implements RunCommand {}

    /** A manager starts the run. */
    record TakeOver() implements RunCommand {}

    /** The claims are read. */
    record ReportMetadata(List<ShardCoverage> shards) implements RunCommand {}

    /** A storage node is compared, or can't be. */
    record ReportNode(NodeReport report) implements RunCommand {}

    /** The repairs of a storage node are done, or given up. */
    record ReportRepairs(RepairReport report) implements RunCommand {}

    /** Ends the run early. */
    record Abort(AbortReason reason, String detail) implements RunCommand {}

    /** Forgets the run, if it ended before this time. */
    record Forget(Instant endedBefore) implements RunCommand {}
}

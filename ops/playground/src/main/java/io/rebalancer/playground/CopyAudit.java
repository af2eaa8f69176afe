package io.rebalancer.playground;

import io.rebalancer.playground.region.RegionSurvey;
import io.rebalancer.playground.region.UnnamedCopies;
import io.rebalancer.playground.region.UnnamedCopies.Copy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Lists the disks of all storage nodes after a job, and compares them with the metadata records and with the table of
 * orphans.
 */
final class CopyAudit {
    /** Agents acknowledge releases, remove copies, and the tables are filled, shortly after the end of a job. */
    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Region region;
    private final ManagerClient client;
    private final Set<Copy> before;

    /**
     * What the audit found.
     *
     * @param orphans copies that the table of orphans lists
     * @param violations copies that neither a record nor the table names, and releases without an acknowledgement
     */
    record Result(int orphans, List<String> violations) {
        /** Nothing was compared. */
        static final Result NONE = new Result(0, List.of());
    }

    /** Lists the disks before the job. */
    CopyAudit(Region region, ManagerClient client) throws IOException {
        this.region = region;
        this.client = client;
        this.before = UnnamedCopies.onDisk(region.roots());
    }

    /** Waits until all releases of the job are acknowledged and every unnamed copy is removed or recorded. */
    Result run(String jobId) throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(TIMEOUT);
        while (true) {
            List<String> violations = new ArrayList<>(pendingReleases(jobId));
            Optional<Set<Copy>> orphans = client.orphans();
            Set<Copy> unnamed = UnnamedCopies.madeSince(
                    before, UnnamedCopies.onDisk(region.roots()), RegionSurvey.read(region.shards()));
            violations.addAll(orphans.map(listed -> UnnamedCopies.violations(unnamed, listed))
                    .orElseGet(() -> List.of("no manager lists the orphans")));
            if (violations.isEmpty() || Instant.now().isAfter(deadline)) {
                return new Result(orphans.map(Set::size).orElse(0), violations);
            }
            LockSupport.parkNanos(INTERVAL.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private List<String> pendingReleases(String jobId) throws InterruptedException {
        int pending = client.job(jobId)
                .map(job -> job.path("releasesPending").asInt(-1))
                .orElse(-1);
        return pending == 0 ? List.of() : List.of("releases that no agent has acknowledged: " + pending);
    }
}

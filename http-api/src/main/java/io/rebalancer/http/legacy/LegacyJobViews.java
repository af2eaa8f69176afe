package io.rebalancer.http.legacy;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.AssignmentOutline;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.port.JobService;
import io.rebalancer.http.server.ReasonCounts;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON shapes of the legacy manager's API (manta.md 2.2). */
public final class LegacyJobViews {

    private LegacyJobViews() {}

    public static List<Map<String, String>> entries(List<JobService.Summary> jobs) {
        return jobs.stream().map(LegacyJobViews::entry).toList();
    }

    private static Map<String, String> entry(JobService.Summary job) {
        Map<String, String> entry = new LinkedHashMap<>();
        entry.put("id", job.id().toString());
        entry.put("action", "Evacuate");
        entry.put("state", job.ended() ? (job.failed() ? "Failed" : "Complete") : "Running");
        return entry;
    }

    public static Map<String, Object> status(JobOutline job) {
        Map<String, Object> shark = new LinkedHashMap<>();
        shark.put(
                "manta_storage_id",
                job.leaving()
                        .map(CopyLocation::storageNode)
                        .map(Object::toString)
                        .orElse(""));
        shark.put("datacenter", job.leaving().map(CopyLocation::datacenter).orElse(""));
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("action", "Evacuate");
        config.put("from_shark", shark);
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("config", config);
        status.put("results", results(job));
        status.put("state", state(job.phase()));
        return status;
    }

    /** The counts, and the breakdowns that the last legacy version adds when they are not empty. */
    private static Map<String, Object> results(JobOutline job) {
        Map<String, Object> results = new LinkedHashMap<>(counts(job));
        Map<String, Long> failed = ReasonCounts.byFrequency(job.unmoved().failedBy());
        if (!failed.isEmpty()) {
            results.put("error_breakdown", Map.of("other", failed));
        }
        Map<Reason, Long> reasons = new HashMap<>(job.unmoved().skippedBy());
        job.assignments()
                .forEach(each ->
                        each.copyFailures().forEach((reason, count) -> reasons.merge(reason, count, Long::sum)));
        Map<String, Long> skipped = ReasonCounts.byFrequency(reasons);
        if (!skipped.isEmpty()) {
            results.put("skip_breakdown", skipped);
        }
        return results;
    }

    private static Map<String, Long> counts(JobOutline job) {
        JobCounts counts = job.counts();
        SettledCounts settled = counts.settled();
        long postProcessing = job.copiedRecords();
        long copyFailures =
                job.assignments().stream().mapToLong(AssignmentOutline::failed).sum();
        Map<String, Long> results = new LinkedHashMap<>();
        results.put("Unprocessed", 0L);
        results.put("Assigned", counts.inFlight() - postProcessing - copyFailures);
        results.put("Skipped", counts.skipped() + copyFailures);
        results.put("Error", counts.failed());
        results.put("Post Processing", postProcessing);
        results.put("Complete", settled.relocated() + settled.superseded() + settled.gone());
        results.put("Duplicates", settled.duplicate());
        results.put(
                "Total", results.values().stream().mapToLong(Long::longValue).sum());
        return results;
    }

    /** Whether the legacy API calls the job running. */
    public static boolean isRunning(JobOutline job) {
        return state(job.phase()).equals("Running");
    }

    private static String state(JobPhase phase) {
        return switch (phase) {
            case NONE, SETUP -> "Setup";
            case RUNNING,
                    STALLED,
                    WAITING,
                    VERIFYING,
                    PAUSING,
                    PAUSED,
                    CLOSING_WINDOW,
                    WAITING_WINDOW,
                    FAILING,
                    CANCELLING -> "Running";
            case DONE, DONE_WITH_EXCEPTIONS, LIMIT_REACHED -> "Complete";
            case FAILED -> "Failed";
            case CANCELLED -> "Stopped";
        };
    }
}

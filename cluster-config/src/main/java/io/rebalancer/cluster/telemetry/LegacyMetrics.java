package io.rebalancer.cluster.telemetry;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.Timer;
import kamon.tag.TagSet;

/**
 * The metrics that dashboards of the legacy system read (manta.md section 12). They have the legacy names without
 * suffixes and the legacy constant labels. Each increment also counts towards the label value {@code total}.
 */
public final class LegacyMetrics {
    private static final String TOTAL = "total";
    /** Counters to which Kamon appends a suffix; {@link Telemetry#exposition()} removes it. */
    static final Set<String> COUNTERS =
            Set.of("request_count", "object_count", "error_count", "bytes_count", "skip_count");

    /** A timer to which Kamon appends a suffix; removed likewise. */
    static final String ASSIGNMENT_TIME = "assignment_time";

    /** A counter with the value of its label. */
    private record Series(String name, String value) {}

    private final TagSet constant;
    /** Kept, because to look one up costs an agent more than to increment it. As many as there are values. */
    private final Map<Series, Counter> counters = new ConcurrentHashMap<>();

    private final Counter bytes;
    private final Timer assignmentTime;
    private final Gauge metadataThreads;

    /** @param labels the constant labels: service, server, datacenter, zonename */
    public LegacyMetrics(Map<String, String> labels) {
        TagSet tags = TagSet.Empty();
        for (Map.Entry<String, String> label : labels.entrySet()) {
            tags = tags.withTag(label.getKey(), label.getValue());
        }
        this.constant = tags;
        this.bytes = Kamon.counter("bytes_count").withTags(constant);
        this.assignmentTime = Kamon.timer(ASSIGNMENT_TIME).withTags(constant);
        this.metadataThreads = Kamon.gauge("md_thread_gauge").withTags(constant);
    }

    /**
     * Counts a request over the legacy API: {@code get_job}, {@code list_jobs}, {@code evacuate}, or an HTTP method.
     */
    public void request(String kind) {
        count("request_count", "req", kind, 1);
    }

    /** Counts processed objects. Agents count the kind {@code total} only. */
    public void objects(String kind, long count) {
        count("object_count", "type", kind, count);
    }

    /** Counts failed objects by cause. */
    public void error(String cause, long count) {
        count("error_count", "error", cause, count);
    }

    /** Counts skipped objects by reason. */
    public void skip(String reason, long count) {
        count("skip_count", "reason", reason, count);
    }

    /** Counts fetched content bytes. */
    public void bytes(long count) {
        bytes.increment(count);
    }

    /** Records how long an agent took for an assignment. */
    public void assignment(Duration took) {
        assignmentTime.record(took);
    }

    /** Sets the number of metadata updates in progress. */
    public void metadataThreads(int running) {
        metadataThreads.update(running);
    }

    private void count(String name, String label, String value, long times) {
        if (times > 0) {
            counter(name, label, TOTAL).increment(times);
            if (!value.equals(TOTAL)) {
                counter(name, label, value).increment(times);
            }
        }
    }

    private Counter counter(String name, String label, String value) {
        return counters.computeIfAbsent(
                new Series(name, value), series -> Kamon.counter(name).withTags(constant.withTag(label, value)));
    }
}

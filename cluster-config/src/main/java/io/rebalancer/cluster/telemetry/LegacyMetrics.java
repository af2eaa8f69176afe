package io.rebalancer.cluster.telemetry;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.Timer;
import kamon.tag.TagSet;

/**
 * The series that dashboards of the older system know (manta.md section 12): the same names, without a suffix, the same
 * constant labels, and a label value {@code total} that counts along with every other one.
 */
public final class LegacyMetrics {
    private static final String TOTAL = "total";
    /** Names as our library would show them, with its suffixes; the exposition takes them off again. */
    static final Set<String> COUNTERS =
            Set.of("request_count", "object_count", "error_count", "bytes_count", "skip_count");

    static final String ASSIGNMENT_TIME = "assignment_time";

    private final TagSet constant;
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

    /** A request over the older API: {@code get_job}, {@code list_jobs}, {@code evacuate}, or an HTTP method. */
    public void request(String kind) {
        count("request_count", "req", kind, 1);
    }

    /** Objects dealt with; an agent's have no kind but {@code total}. */
    public void objects(String kind, long count) {
        count("object_count", "type", kind, count);
    }

    /** Objects that failed, by cause. */
    public void error(String cause, long count) {
        count("error_count", "error", cause, count);
    }

    /** Objects that were skipped, by cause. */
    public void skip(String reason, long count) {
        count("skip_count", "reason", reason, count);
    }

    /** Content bytes fetched. */
    public void bytes(long count) {
        bytes.increment(count);
    }

    /** How long an assignment took an agent. */
    public void assignment(Duration took) {
        assignmentTime.record(took);
    }

    /** Calls being made to switch metadata. */
    public void metadataThreads(int running) {
        metadataThreads.update(running);
    }

    private void count(String name, String label, String value, long times) {
        if (times > 0) {
            Kamon.counter(name).withTags(constant.withTag(label, TOTAL)).increment(times);
            if (!value.equals(TOTAL)) {
                Kamon.counter(name).withTags(constant.withTag(label, value)).increment(times);
            }
        }
    }
}

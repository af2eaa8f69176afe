package io.rebalancer.agent.copy;

import io.rebalancer.cluster.metrics.OlderMetrics;
import io.rebalancer.core.assignment.Reason;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.RangeSampler;

/** Counts an agent's copies and times its assignments. */
public final class CopyMetrics {
    private static final String COPIES = "rebalancer.copies";
    private static final String RESULT = "result";

    private final OlderMetrics older;
    private final RangeSampler waiting =
            Kamon.rangeSampler("rebalancer.copies.waiting").withoutTags();
    private final RangeSampler running =
            Kamon.rangeSampler("rebalancer.copies.running").withoutTags();
    private final Map<UUID, Long> begun = new ConcurrentHashMap<>();

    public CopyMetrics(OlderMetrics older) {
        this.older = older;
    }

    /** An assignment was taken on. */
    public void began(UUID assignmentId) {
        begun.put(assignmentId, System.nanoTime());
    }

    /** All copies of an assignment have ended; said again, it counts nothing. */
    public void ended(UUID assignmentId) {
        Long since = begun.remove(assignmentId);
        if (since != null) {
            Duration took = Duration.ofNanos(System.nanoTime() - since);
            older.assignment(took);
            Kamon.timer("rebalancer.assignment").withoutTags().record(took);
        }
    }

    /** An order of an incarnation that is over was refused. */
    public void fenced() {
        Kamon.counter("rebalancer.orders.fenced").withoutTags().increment();
    }

    void ordered() {
        waiting.increment();
    }

    void started() {
        waiting.decrement();
        running.increment();
    }

    CopyDone finished(CopyDone done) {
        running.decrement();
        older.objects("total", 1);
        String result = done.result()
                .failure()
                .map(CopyMetrics::word)
                .orElse(done.result().created() ? "made" : "there");
        done.result().failure().ifPresent(reason -> older.error(word(reason), 1));
        Kamon.counter(COPIES).withTag(RESULT, result).increment();
        older.bytes(done.result().bytes());
        return done;
    }

    private static String word(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}

package io.rebalancer.agent.copy;

import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.core.assignment.Reason;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.RangeSampler;

/** Counts an agent's copies, times its assignments and traces some. */
public final class CopyMetrics {
    private static final String COPIES = "rebalancer.copies";
    private static final String RESULT = "result";

    private final LegacyMetrics older;
    private final CopyTraces traces;
    private final RangeSampler waiting =
            Kamon.rangeSampler("rebalancer.copies.waiting").withoutTags();
    private final RangeSampler running =
            Kamon.rangeSampler("rebalancer.copies.running").withoutTags();
    private final Map<UUID, Long> begun = new ConcurrentHashMap<>();

    public CopyMetrics(LegacyMetrics older, CopyTraces traces) {
        this.older = older;
        this.traces = traces;
    }

    /** An assignment was taken on. */
    public void began(UUID assignmentId) {
        begun.put(assignmentId, System.nanoTime());
        traces.began(assignmentId);
    }

    /** All copies of an assignment have ended; said again, it counts nothing. */
    public void ended(UUID assignmentId) {
        Long since = begun.remove(assignmentId);
        if (since != null) {
            Duration took = Duration.ofNanos(System.nanoTime() - since);
            older.assignment(took);
            Kamon.timer("rebalancer.assignment").withoutTags().record(took);
            traces.ended(assignmentId);
        }
    }

    /** An order of an incarnation that is over was refused. */
    public void fenced() {
        Kamon.counter("rebalancer.orders.fenced").withoutTags().increment();
    }

    void ordered() {
        waiting.increment();
    }

    void started(CopyOrder order) {
        waiting.decrement();
        running.increment();
        traces.started(order);
    }

    /** Its bytes are here and are the right ones; they are not durable yet. */
    void verified(CopyOrder order) {
        traces.verified(order);
    }

    CopyDone finished(CopyDone done) {
        running.decrement();
        traces.finished(done);
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

    static String word(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
